using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Local.Cli;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly FileTestLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(1, 2, 0, 0)]
    [InlineData(2, 3, 1, 0)]
    [InlineData(2, 2, 0, 1)]
    public async Task The_json_is_one_line_with_counts_and_problems(long secondOffset, int tickSize, int exitCode, int notes)
    {
        using (var recorder = new EventRecorder(_log.Store, TimeProvider.System))
        {
            await recorder.RecordAsync(
                [
                    TestEvents.Record(0, TestEvents.WithIndex(0, tickSize: tickSize)), TestEvents.Record(secondOffset, TestEvents.WithIndex(1, tickSize: tickSize)),
                ],
                CancellationToken.None);
        }

        await using var verify = LocalHostProcess.Start(["verify", "--data", _log.Root, "--json"]);
        (await verify.WaitForExitAsync()).ShouldBe(exitCode);

        verify.Errors.ShouldBeEmpty();
        var report = JsonNode.Parse(verify.Output.ShouldHaveSingleItem())!.AsObject();
        report.Select(property => property.Key).ShouldBe(
        [
            "events", "deadLetters", "copies", "segments", "ticks", "unfinishedTicks", "cutTicks", "missingEvents", "unfinishedEvents",
            "gaps", "partitions", "problems", "problemCount", "foreign", "notes",
        ]);
        ((int)report["events"]!).ShouldBe(2);
        ((int)report["problemCount"]!).ShouldBe(exitCode);
        report["problems"]!.AsArray().Count.ShouldBe(exitCode);
        report["notes"]!.AsArray().Count.ShouldBe(notes);
        report["partitions"]![0]!.ToJsonString().ShouldBe(
            $$"""{"log":"events","partition":0,"segments":1,"generations":1,"firstOffset":0,"lastOffset":{{secondOffset}},"lines":2,"repeated":0}""");
    }
}
