using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Cli;

public sealed class LocalHostTests : IDisposable
{
    private const string Topic = "cat_photo_events";

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_broker_that_does_not_answer_is_a_failure()
    {
        await using var host = LocalHostProcess.Start(["record", "--brokers", "127.0.0.1:1", "--data", _data.Path]);

        (await host.WaitForExitAsync()).ShouldBe(1);

        host.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            error => error.ShouldStartWith("error: No Kafka broker answers at 127.0.0.1:1 ("),
            error => error.ShouldContain("Connection refused"),
            error => error.ShouldEndWith("Check the address (--brokers) and that the broker is running."));
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
    [InlineData("Simulation__EventsPerSecond", "many", "Simulation:EventsPerSecond")]
    [InlineData("Simulation__EventsPerSecond", "-3", "Simulation:EventsPerSecond")]
    [InlineData("Simulation__Rhythm", "2", "Simulation:Rhythm")]
    [InlineData("Simulation__LateShare", "some", "Simulation:LateShare")]
    [InlineData("CatApi__BaseAddress", "nowhere", "CatApi:BaseAddress")]
    public async Task A_wrong_setting_is_wrong_usage(string name, string value, string named)
    {
        await using var host = LocalHostProcess.Start(
            ["run", "--photos", "sample", "--port", "0", "--data", _data.Path], new() { [name] = value });

        (await host.WaitForExitAsync()).ShouldBe(2);

        host.Errors.ShouldHaveSingleItem().ShouldContain(named);
    }

    [Fact]
    public async Task Recording_stops_cleanly_when_it_is_asked_to()
    {
        using var broker = new EmbeddedBroker(Topic, partitions: 3);
        await using var host = LocalHostProcess.Start(
            ["record", "--brokers", broker.BootstrapServers, "--data", _data.Path]);
        await host.WaitForOutputAsync("Recording");

        await host.TerminateAsync();

        (await host.WaitForExitAsync()).ShouldBe(0);
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

            await _data.WaitForLinesAsync(LogKind.DeadLetters, i);

            host.Kill();
            await host.WaitForExitAsync();
        }

        LogFolder.CountLines(_data.Path, LogKind.DeadLetters).ShouldBe(3);
    }

    [Fact]
    public async Task The_pipeline_stops_cleanly_and_has_recorded_all_that_it_produced()
    {
        await using var host = LocalHostProcess.Start(
            ["--photos", "sample", "--port", "0", "--schedule", "* * * * * *", "--rate", "1000", "--data", _data.Path]);
        await _data.WaitForLinesAsync(LogKind.Events, 2_000);

        await host.TerminateAsync();

        (await host.WaitForExitAsync()).ShouldBe(0);
        host.Output[1].ShouldStartWith($"Producing (photos: sample) and recording to {_data.Path}, over topic {Topic} of an embedded broker at 127.0.0.1:");
        host.Output[^1].ShouldEndWith($", produced {CountEvents():N0}, recorded {CountEvents():N0}, redelivered 0, dead-lettered 0.");
        host.Errors.ShouldBeEmpty();
        await VerifyAsync();
    }

    [Fact]
    public async Task Runs_one_after_the_other_add_to_the_same_log()
    {
        var lines = 0;
        for (var i = 0; i < 2; i++)
        {
            await using var host = LocalHostProcess.Start(
                ["run", "--photos", "sample", "--port", "0", "--rate", "100", "--data", _data.Path]);
            await _data.WaitForLinesAsync(LogKind.Events, lines + 200);

            await host.TerminateAsync();

            (await host.WaitForExitAsync()).ShouldBe(0);
            lines = CountEvents();
        }

        await VerifyAsync();
    }

    [Fact]
    public async Task Producing_and_recording_can_be_processes_of_their_own()
    {
        using var broker = new EmbeddedBroker(Topic, partitions: 3);
        await using var record = LocalHostProcess.Start(
            ["record", "--brokers", broker.BootstrapServers, "--data", _data.Path]);
        await using var produce = LocalHostProcess.Start(
            ["produce", "--brokers", broker.BootstrapServers, "--photos", "sample", "--rate", "200"]);
        await _data.WaitForLinesAsync(LogKind.Events, 200);

        await produce.TerminateAsync();
        (await produce.WaitForExitAsync()).ShouldBe(0);
        await Eventually.IsTrueAsync(() => produce.Output[^1].EndsWith($", produced {CountEvents():N0}."));

        await record.TerminateAsync();
        (await record.WaitForExitAsync()).ShouldBe(0);
        await VerifyAsync();
    }

    [Fact]
    public async Task Settings_come_from_the_environment_and_options_win_over_them()
    {
        await using var host = LocalHostProcess.Start(
            ["run", "--photos", "sample", "--port", "0", "--rate", "1"],
            new() { ["EventLog__Directory"] = _data.Path, ["Simulation__EventsPerSecond"] = "-1" });
        await _data.WaitForLinesAsync(LogKind.Events, 1);

        await host.TerminateAsync();

        (await host.WaitForExitAsync()).ShouldBe(0);

        host.Output[1].ShouldContain($"recording to {_data.Path},");
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
        await Eventually.IsTrueAsync(async () =>
            (await http.GetFromJsonAsync<JsonElement>("/api/analytics")).GetProperty("totals").GetProperty("views").GetInt64() > 0);

        await host.TerminateAsync();
        (await host.WaitForExitAsync()).ShouldBe(0);
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_requests_to_this_machine_by_its_own_names_are_answered()
    {
        await using var host = LocalHostProcess.Start(["run", "--photos", "sample", "--port", "0", "--data", _data.Path]);
        var line = await host.WaitForOutputAsync("The page is at ");
        var address = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]);
        using var http = new HttpClient { BaseAddress = address };

        foreach (var name in (string[])["localhost", $"127.0.0.1:{address.Port}", "[::1]"])
        {
            using var answer = await GetAsync(name, "/healthz");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await answer.Content.ReadAsStringAsync()).ShouldBe("Healthy");
        }

        foreach (var name in (string[])["cats.example", "127.0.0.1.cats.example", "localhost.", "127.0.0.2"])
        {
            using var answer = await GetAsync(name, "/");
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, name);
            answer.Headers.Contains("Content-Security-Policy").ShouldBeTrue();
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        }

        Task<HttpResponseMessage> GetAsync(string name, string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = name } };
            return http.SendAsync(request);
        }
    }

    [Fact]
    public async Task Output_to_a_full_disk_does_not_stop_the_pipeline()
    {
        using var host = Process.Start("/bin/sh",
        [
            "-c", "exec dotnet \"$@\" >/dev/full 2>/dev/full", "sh", LocalHostProcess.ProgramPath,
            "run", "--photos", "sample", "--port", "0", "--rate", "500", "--schedule", "* * * * * *", "--for", "00:00:03", "--data", _data.Path,
        ]);

        await host.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

        host.ExitCode.ShouldBe(0);
        CountEvents().ShouldBeGreaterThan(1000);
        await VerifyAsync();
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

    private async Task VerifyAsync() =>
        (await Verifier.VerifyAsync(_data.Path)).ShouldStartWith($"{CountEvents()} events ");

    private int CountEvents() => LogFolder.CountLines(_data.Path, LogKind.Events);
}
