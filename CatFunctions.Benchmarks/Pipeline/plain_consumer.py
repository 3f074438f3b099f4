"""A plain consumer: parses each event and appends it to a file as a line of JSON."""

import json
import sys
import uuid

from confluent_kafka import Consumer, KafkaException

brokers, topic, count, path, wait = sys.argv[1:]
consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": str(uuid.uuid4()),
    "auto.offset.reset": "earliest",
    "fetch.wait.max.ms": int(wait),
})
consumer.subscribe([topic])
left = int(count)
with open(path, "a", encoding="utf-8") as log:
    while left > 0:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            raise KafkaException(message.error())
        log.write(json.dumps(json.loads(message.value())) + "\n")
        left -= 1
consumer.close()
