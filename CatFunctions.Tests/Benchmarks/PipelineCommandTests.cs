using CatFunctions.Tests.Deployment;
using CatFunctions.Tests.Local;

namespace CatFunctions.Tests.Benchmarks;

public sealed class PipelineCommandTests
{
    private static readonly string Program = Path.GetFullPath(Path.Combine(
        Repository.PathOf("CatFunctions.Benchmarks"),
        Path.GetRelativePath(Repository.PathOf("CatFunctions.Tests"), AppContext.BaseDirectory),
        "CatFunctions.Benchmarks.dll"));

    private static readonly string[] Parts =
    [
        "produce", "produce, with the outbox on files", "bare produce loop (librdkafka)", "record to the log",
        "bare consume loop (Confluent.Kafka)", "fold the log", "event log, fed from memory", "raw write + fsync of the same bytes",
    ];

    private static readonly string[] InstalledOrNot = ["kcat -C to a file", "plain consumer in Python"];

    [Fact]
    public async Task The_pipeline_is_measured_with_an_embedded_broker()
    {
        using var folder = new TempFolder();
        var json = Path.Combine(folder.Path, "results", "pipeline.json");

        await using var process = LocalHostProcess.Start(
            Program,
            [
                "pipeline", "--events", "20000", "--partitions", "2", "--rounds", "1", "--seconds", "1",
                "--local-host", LocalHostProcess.ProgramPath, "--folder", folder.Path, "--json", json,
            ]);

        (await process.WaitForExitAsync()).ShouldBe(0, string.Join('\n', process.Errors));
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        var measured = report.RootElement.GetProperty("measurements").EnumerateArray()
            .ToDictionary(row => row.GetProperty("name").GetString()!, row => row.GetProperty("eventsPerSecond").GetDouble());
        foreach (var part in Parts)
        {
            measured[part].ShouldBeGreaterThan(0, part);
        }

        foreach (var reference in InstalledOrNot)
        {
            var isMeasured = measured.ContainsKey(reference);
            isMeasured.ShouldNotBe(process.Output.Any(line => line.StartsWith($"{reference}: skipped", StringComparison.Ordinal)), reference);
        }

        report.RootElement.GetProperty("localHost").GetProperty("events").GetInt32().ShouldBeGreaterThan(0);
        var app = report.RootElement.GetProperty("functionApp");
        app.GetProperty("tickMilliseconds").GetDouble().ShouldBeGreaterThan(0);
        app.GetProperty("batches").EnumerateArray().ShouldAllBe(batch => batch.GetProperty("ownShare").GetDouble() > 0);
        Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).ShouldBe(["results"]);
    }

    [Theory]
    [InlineData("--events takes a number from 20000 to", "--events", "0")]
    [InlineData("--rounds takes a number from 1 to", "--rounds", "101")]
    [InlineData("--brokers takes HOST:PORT", "--brokers", "localhost")]
    [InlineData("--seconds takes a number from 1 to", "--seconds", "soon")]
    public async Task Wrong_usage_is_one_line_that_says_what_is_right(string message, params string[] arguments)
    {
        await using var process = LocalHostProcess.Start(Program, ["pipeline", .. arguments]);

        (await process.WaitForExitAsync()).ShouldBe(2);
        process.Errors.ShouldHaveSingleItem().ShouldStartWith($"error: {message}");
    }

    [Theory]
    [InlineData("--folder")]
    [InlineData("--json")]
    public async Task A_place_that_cannot_be_written_to_is_reported_before_anything_is_measured(string option)
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var process = LocalHostProcess.Start(Program, ["pipeline", option, Path.Combine(file, "below")]);

        (await process.WaitForExitAsync()).ShouldBe(1);
        process.Errors.ShouldHaveSingleItem().ShouldEndWith($"Choose another place with {option}.");
    }

    [Fact]
    public async Task A_broker_that_does_not_answer_is_reported()
    {
        using var folder = new TempFolder();
        await using var process = LocalHostProcess.Start(
            Program, ["pipeline", "--brokers", "127.0.0.1:9", "--local-host", LocalHostProcess.ProgramPath, "--folder", folder.Path]);

        (await process.WaitForExitAsync()).ShouldBe(1);
        process.Errors[^1].ShouldStartWith("error: No Kafka broker answers at 127.0.0.1:9");
        Directory.EnumerateFileSystemEntries(folder.Path).ShouldBeEmpty();
    }
}
