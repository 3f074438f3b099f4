using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using CatFunctions.Local.Kafka;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local;

public sealed class LocalHostTests : IDisposable
{
    private const string Topic = "cat_photo_events";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_broker_that_does_not_answer_is_a_failure_within_10_seconds()
    {
        var start = Stopwatch.GetTimestamp();
        await using var host = LocalHostProcess.Start(["record", "--brokers", "127.0.0.1:1", "--data", _data.Path]);

        (await host.WaitForExitAsync()).ShouldBe(1);

        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(15));
        host.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            error => error.ShouldStartWith("error: No Kafka broker answers at 127.0.0.1:1 ("),
            error => error.ShouldContain("Connection refused"),
            error => error.ShouldEndWith("Check the address (--brokers) and that the broker runs."));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_a_failure()
    {
        var file = Path.Combine(_data.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var host = LocalHostProcess.Start(["run", "--photos", "sample", "--port", "0", "--data", file]);

        (await host.WaitForExitAsync()).ShouldBe(1);

        host.Errors.ShouldHaveSingleItem().ShouldStartWith($"error: Cannot write to the event log in {file}");
        host.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Kafka__no.such.property", "1", "no.such.property")]
    [InlineData("Kafka__session.timeout.ms", "soon", "session.timeout.ms")]
    [InlineData("Kafka__enable.idempotence", "false", "enable.idempotence")]
    public async Task A_wrong_setting_is_wrong_usage(string name, string value, string named)
    {
        await using var host = LocalHostProcess.Start(
            ["run", "--photos", "sample", "--port", "0", "--data", _data.Path], new() { [name] = value });

        (await host.WaitForExitAsync()).ShouldBe(2);

        host.Errors.ShouldHaveSingleItem().ShouldContain(named);
    }

    [Fact]
    public async Task Recording_stops_politely_when_it_is_asked_to()
    {
        using var broker = new EmbeddedBroker(Topic, partitions: 3);
        await using var host = LocalHostProcess.Start(
            ["record", "--brokers", broker.BootstrapServers, "--data", _data.Path]);
        await host.WaitForOutputAsync("Recording");
        var start = Stopwatch.GetTimestamp();

        await host.TerminateAsync();

        (await host.WaitForExitAsync()).ShouldBe(0);
        Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        host.Output[^1].ShouldContain("recorded 0");
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recorder_that_replaces_a_killed_one_takes_over()
    {
        using var broker = new EmbeddedBroker(Topic, partitions: 3);
        using var producer = new ProducerBuilder<Null, string>(
            new ProducerConfig { BootstrapServers = broker.BootstrapServers }).Build();
        for (var i = 1; i <= 3; i++)
        {
            await using var host = LocalHostProcess.Start(
                ["record", "--brokers", broker.BootstrapServers, "--data", _data.Path],
                new() { ["Kafka__session.timeout.ms"] = "1100" });
            await producer.ProduceAsync(Topic, new() { Value = $"not an event {i}" });

            while (CountDeadLetters() < i)
            {
                await Task.Delay(20);
            }

            host.Kill();
            await host.WaitForExitAsync();
        }

        CountDeadLetters().ShouldBe(3);
    }

    [Fact]
    public async Task The_page_is_served_to_this_machine_alone_while_the_pipeline_runs()
    {
        await using var host = LocalHostProcess.Start(["run", "--photos", "sample", "--port", "0", "--data", _data.Path]);
        var line = await host.WaitForOutputAsync("The page is at ");
        var address = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]);
        address.Host.ShouldBe("127.0.0.1");
        using var http = new HttpClient { BaseAddress = address };

        (await http.GetStringAsync("/")).ShouldContain("<title>");
        while ((await http.GetFromJsonAsync<JsonElement>("/api/analytics")).GetProperty("totals").GetProperty("views").GetInt64() == 0)
        {
            await Task.Delay(50);
        }

        await host.TerminateAsync();
        (await host.WaitForExitAsync()).ShouldBe(0);
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_port_in_use_is_a_failure()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var host = LocalHostProcess.Start(["run", "--photos", "sample", "--port", $"{port}", "--data", _data.Path]);

        (await host.WaitForExitAsync()).ShouldBe(1);

        host.Errors.ShouldHaveSingleItem().ShouldBe(
            $"error: The page cannot be served. Failed to bind to address http://127.0.0.1:{port}: address already in use. "
            + "Choose another port with --port; 0 takes any free one.");
        host.Output.ShouldBeEmpty();
    }

    private int CountDeadLetters() => Directory
        .EnumerateFiles(_data.Path, "*.jsonl", SearchOption.AllDirectories)
        .Sum(file => File.ReadLines(file).Count());
}
