using CatFunctions.Core.EventLog.DeadLetters;
using Confluent.Kafka;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// Produces dead letters again, with their own keys, values and headers, and marks them when the brokers have confirmed them.
/// If it is interrupted between the two, it produces a few of them twice rather than not at all: <c>verify</c> names them.
/// </summary>
internal sealed class DeadLetterReplay(KafkaSettings kafka, DeadLetterLog log, BrokerConnection broker, TimeProvider clock)
{
    private const int BatchSize = 100;

    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Replays the dead letters that exist now and were not replayed yet.</summary>
    /// <param name="all">Whether those that are still not valid events are replayed too.</param>
    /// <param name="cancellationToken">Stops after a batch.</param>
    /// <returns>The number of dead letters replayed, and the number left.</returns>
    /// <exception cref="FailureException">The brokers do not accept them; the next replay continues from there.</exception>
    public async Task<(int Replayed, int Left)> RunAsync(bool all, CancellationToken cancellationToken)
    {
        using var producer = BuildProducer();
        await broker.WaitUntilReadyAsync(cancellationToken);

        var (replayed, left) = (0, 0);
        var batch = new List<StoredDeadLetter>(BatchSize);
        await foreach (var letter in log.ReadAsync(cancellationToken))
        {
            if (letter.IsReplayed || !(all || letter.IsEventNow))
            {
                left += letter.IsReplayed ? 0 : 1;
                continue;
            }

            batch.Add(letter);
            if (batch.Count == BatchSize)
            {
                replayed += await ReplayAsync(producer, batch);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        replayed += await ReplayAsync(producer, batch);
        return (replayed, left);
    }

    private IProducer<byte[]?, byte[]?> BuildProducer() => KafkaSettings.Build(() =>
    {
        var config = kafka.ForProducer();
        config.MessageTimeoutMs = (int)DeliveryTimeout.TotalMilliseconds;
        return new ProducerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler((_, error) => broker.OnError(error))
            .SetLogHandler((_, line) => broker.OnLog(line))
            .Build();
    });

    private async Task<int> ReplayAsync(IProducer<byte[]?, byte[]?> producer, List<StoredDeadLetter> batch)
    {
        var results = await Task.WhenAll(batch.Select(letter => ProduceAsync(producer, letter)));
        var marks = results.Where(result => result.Mark is not null).Select(result => result.Mark!).ToArray();

        // Not cancellable: what was produced must be marked.
        await log.MarkAsync(marks, CancellationToken.None);
        if (results.FirstOrDefault(result => result.Error is not null).Error is { } error)
        {
            throw new FailureException(
                $"A dead letter could not be delivered to {kafka.BootstrapServers}: {error.Reason.TrimEnd('.')}. Replay again: it continues from there.");
        }

        batch.Clear();
        return marks.Length;
    }

    private async Task<(ReplayMark? Mark, Error? Error)> ProduceAsync(IProducer<byte[]?, byte[]?> producer, StoredDeadLetter stored)
    {
        var letter = stored.Letter;
        var message = new Message<byte[]?, byte[]?> { Key = letter.Key, Value = letter.Value, Headers = [] };
        foreach (var (name, value) in letter.Headers ?? [])
        {
            message.Headers.Add(name, value);
        }

        try
        {
            var report = await producer.ProduceAsync(kafka.Topic, message, CancellationToken.None);
            return (
                new ReplayMark(
                    letter.Partition,
                    letter.Offset,
                    stored.Generation,
                    clock.GetUtcNow().UtcDateTime,
                    kafka.Topic,
                    report.Partition.Value,
                    report.Offset.Value),
                null);
        }
        catch (ProduceException<byte[]?, byte[]?> exception)
        {
            return (null, exception.Error);
        }
    }
}
