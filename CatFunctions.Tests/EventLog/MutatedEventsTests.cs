namespace CatFunctions.Tests.EventLog;

public sealed class MutatedEventsTests
{
    private const int Values = 1_000_000;
    private const int ValuesPerLog = 100_000;
    private const int ValuesPerBatch = 5_000;

    [Fact]
    public async Task Whatever_happened_to_an_event_it_ends_in_one_of_the_logs_in_a_line_that_parses()
    {
        var events = new MutatedEvents(20261122);
        for (var done = 0; done < Values; done += ValuesPerLog)
        {
            using var log = new FileTestLog();
            using var recorder = new EventRecorder(log.Store, TimeProvider.System);
            var results = new List<RecordResult>();
            foreach (var batch in Enumerable.Range(0, ValuesPerLog).Chunk(ValuesPerBatch))
            {
                results.Add(await recorder.RecordAsync(
                    [.. batch.Select(offset => TestEvents.Record(offset, events.Next()))], CancellationToken.None));
            }

            var recorded = Parse(log, LogKind.Events);
            var deadLettered = Parse(log, LogKind.DeadLetters);
            var copies = Parse(log, LogKind.Copies);
            results.Sum(result => result.Recorded).ShouldBe(recorded.Count);
            results.Sum(result => result.DeadLettered).ShouldBe(deadLettered.Count);
            results.Sum(result => result.Redelivered).ShouldBe(copies.Count);
            results.ShouldAllBe(result => result.Gaps == 0);
            recorded.Concat(deadLettered).Concat(copies).Order().ShouldBe(Enumerable.Range(0, ValuesPerLog).Select(offset => (long)offset));
            Math.Min(recorded.Count, deadLettered.Count).ShouldBeGreaterThan(ValuesPerLog / 10, "both happen often");
        }
    }

    private static List<long> Parse(FileTestLog log, LogKind name)
    {
        var offsets = new List<long>();
        foreach (var line in log.Files(name).SelectMany(path => File.ReadLines(log.PathOf(path))))
        {
            using var json = JsonDocument.Parse(line);
            json.RootElement.GetProperty("kafkapartition").GetInt32().ShouldBe(0);
            offsets.Add(json.RootElement.GetProperty("kafkaoffset").GetInt64());
        }

        return offsets;
    }
}
