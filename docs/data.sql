-- Views over the log, for DuckDB: duckdb -init docs/data.sql. docs/data.md explains them.
SET VARIABLE root = coalesce(getvariable('root'), 'data');
SET VARIABLE now = make_timestamp(epoch_us(now()));

-- RFC 3339 in any of its forms, as UTC. A leap second is the second after it.
CREATE OR REPLACE MACRO utc(text) AS
    make_timestamp(epoch_us(CAST(replace(upper(text), ':60', ':59') AS TIMESTAMPTZ)))
    + CASE WHEN contains(text, ':60') THEN INTERVAL 1 SECOND ELSE INTERVAL 0 SECOND END;

-- The lower bound of the 95 % score interval: what the page ranks "Best rated" by.
CREATE OR REPLACE MACRO wilson(likes, views) AS
    greatest(0, (least(likes, views) / views + 3.841458820694124 / (2 * views)
        - 1.959963984540054 * sqrt((least(likes, views) / views * (1 - least(likes, views) / views) + 3.841458820694124 / (4 * views)) / views))
        / (1 + 3.841458820694124 / views));

-- All lines of all logs. The pattern takes the log's own names only, so copies and back-ups do not count. The columns are
-- given, so that no unknown attribute changes them; a torn last line is a row of nulls.
CREATE OR REPLACE VIEW lines AS
SELECT * EXCLUDE (filename, "partition"),
    regexp_extract(filename, '([a-z-]+)[/\\]date=', 1) AS log,
    CAST(regexp_extract(filename, '(\d+)-\d+\.jsonl$', 1) AS INTEGER) AS generation
FROM read_json(
    getvariable('root') || '/*/date=*/hour=*/partition=*/[0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9].jsonl',
    format = 'newline_delimited', ignore_errors = true, filename = true,
    hive_partitioning = true, hive_types = {'date': DATE, 'hour': INTEGER, 'partition': INTEGER},
    columns = {kafkapartition: 'INTEGER', kafkaoffset: 'BIGINT', id: 'VARCHAR', source: 'VARCHAR', type: 'VARCHAR',
        subject: 'VARCHAR', "time": 'VARCHAR', ticksize: 'INTEGER',
        data: 'STRUCT(photoUrl VARCHAR, breed VARCHAR, userId VARCHAR)',
        reason: 'VARCHAR', "key": 'VARCHAR', "value": 'VARCHAR', headers: 'JSON'})
WHERE kafkaoffset IS NOT NULL;

CREATE OR REPLACE VIEW events AS
SELECT kafkapartition, kafkaoffset, generation, id, id[:19] AS tick, CAST(id[21:] AS INTEGER) AS "index", ticksize,
    source, type, subject, utc("time") AS "time", data.photoUrl, data.breed, data.userId, date, hour
FROM lines WHERE log = 'events';

CREATE OR REPLACE VIEW dead_letters AS
SELECT kafkapartition, kafkaoffset, generation, utc("time") AS "time", reason,
    from_base64("key") AS "key", from_base64("value") AS "value", headers, date, hour
FROM lines WHERE log = 'dead-letters';

-- The events of the last minutes, the current one included: the windows of the page have 15, 60 and 1440.
CREATE OR REPLACE MACRO recent(minutes) AS TABLE
SELECT * FROM events
WHERE "time" >= date_trunc('minute', getvariable('now')) - to_minutes(minutes - 1)
    AND "time" < date_trunc('minute', getvariable('now')) + INTERVAL 1 MINUTE
    AND date >= CAST(getvariable('now') - to_minutes(minutes) - INTERVAL 1 DAY AS DATE);
