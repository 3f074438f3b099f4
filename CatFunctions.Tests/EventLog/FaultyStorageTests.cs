using Azure.Core;
using Azure.Storage.Blobs;

namespace CatFunctions.Tests.EventLog;

public sealed class FaultyStorageTests(Azurite azurite, ITestOutputHelper output)
{
    private const int Batches = 2000;

    [Fact]
    public async Task Nothing_is_lost_and_nothing_is_there_twice_when_every_fifth_call_goes_wrong()
    {
        using var log = new BlobTestLog(azurite);
        await using var storage = new FaultyStorage(azurite, share: 0.2, seed: 20261122);
        var store = new AppendBlobSegmentStore(
            new BlobContainerClient(await storage.StartAsync(), log.Container.Name, ImpatientOptions()));
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 7, 30, 0, TimeSpan.Zero));
        using var recorder = new EventRecorder(store, clock);
        var random = new Random(7);
        var nextOffsets = new long[2];

        for (var batch = 0; batch < Batches; batch++)
        {
            var partition = random.Next(nextOffsets.Length);
            var redelivered = Math.Min(nextOffsets[partition], random.Next(3));
            var count = random.Next(1, 6);
            await RecordUntilItSucceedsAsync(
                recorder, TestEvents.Events(nextOffsets[partition] - redelivered, (int)redelivered + count, partition));
            nextOffsets[partition] += count;
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        foreach (var partition in Enumerable.Range(0, nextOffsets.Length))
        {
            log.Lines(LogKind.Events, partition).Select(TestEvents.OffsetOf).ShouldBe(Enumerable.Range(0, (int)nextOffsets[partition]).Select(offset => (long)offset));
        }

        output.WriteLine(string.Join(", ", storage.Faults));
        storage.Faults.Keys.Order().ShouldBe(Enum.GetValues<Fault>());
    }

    private static async Task RecordUntilItSucceedsAsync(EventRecorder recorder, ConsumedRecord[] batch)
    {
        while (true)
        {
            try
            {
                await recorder.RecordAsync(batch, CancellationToken.None);
                return;
            }
            catch (EventLogException)
            {
                // As every host does: the same batch again.
            }
        }
    }

    private static BlobClientOptions ImpatientOptions() => new()
    {
        Retry =
        {
            Mode = RetryMode.Fixed,
            MaxRetries = 2,
            Delay = TimeSpan.FromMilliseconds(1),
            NetworkTimeout = TimeSpan.FromMilliseconds(200),
        },
    };
}
