using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using CatFunctions.Local.Kafka;
using CatFunctions.Tests.EventLog;
using Confluent.Kafka;

namespace CatFunctions.Tests.Local.Cli;

public sealed class LocalHostTests : IDisposable
{
    private const string Topic = "cat_photo_events";

    private static readonly string[] Run = ["run", "--photos", "sample", "--port", "0"];

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_broker_that_does_not_answer_is_a_failure()
    {
        (await LocalHostProcess.FailAsync(1, ["record", "--brokers", "127.0.0.1:1", "--data", _data.Path])).ShouldSatisfyAllConditions(
            error => error.ShouldStartWith("error: No Kafka broker answers at 127.0.0.1:1 ("),
            error => error.ShouldContain("Connection refused"),
            error => error.ShouldEndWith("Check the address (--brokers) and that the broker is running."));
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_a_failure()
    {
        var file = Path.Combine(_data.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var host = LocalHostProcess.Start([.. Run, "--data", file]);

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
    [InlineData("Simulation__EventsPerSecond", "0,5", "is '0,5': set it to a number in digits with a point for the fraction, such as 0.5 or 1500.")]
    [InlineData("EventLog__RetainFor", "24:00:00", "is '24:00:00': set it to a time as hh:mm:ss or days.hh:mm:ss, such as 00:00:30 or 1.00:00:00 for a day.")]
    [InlineData("Kafka__session.timeout.ms", "6,000", "Kafka:session.timeout.ms takes a whole number in digits alone")]
    [InlineData("Kafka__session.timeout.ms", "06000", "Kafka:session.timeout.ms takes a whole number in digits alone")]
    [InlineData("Kafka__group.id", "cats", "use --group")]
    [InlineData("Simulation__Rhythm", "2", "Simulation:Rhythm")]
    [InlineData("Simulation__LateShare", "some", "Simulation:LateShare")]
    [InlineData("CatApi__BaseAddress", "nowhere", "CatApi:BaseAddress")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is localhost:4317: set it to an address such as http://localhost:4317.")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    public async Task A_wrong_setting_is_wrong_usage(string name, string value, string named)
    {
        var error = await LocalHostProcess.FailAsync(2, [.. Run, "--data", _data.Path], new() { [name] = value });

        error.ShouldContain(named);
    }

    [Fact]
    public async Task Several_wrong_settings_are_one_line()
    {
        var error = await LocalHostProcess.FailAsync(
            2, [.. Run, "--data", _data.Path], new() { ["Simulation__Seed"] = "1,5", ["CatApi__RefreshInterval"] = "5" });

        error.ShouldSatisfyAllConditions(
            error => error.ShouldContain("Simulation:Seed"),
            error => error.ShouldContain("CatApi:RefreshInterval"));
    }

    [Theory]
    [InlineData("{ \"Simulation\": ", "LineNumber: 0")]
    [InlineData("[]", "Top-level JSON element must be an object")]
    [InlineData("{ \"Simulation\": { \"EventsPerSecond\": \"0,5\" } }", "Simulation:EventsPerSecond")]
    [InlineData("{ \"Kafka\": { \"session.timeout.ms\": \"6,000\" } }", "Kafka:session.timeout.ms")]
    [InlineData("{ \"Kafka\": { \"no.such.property\": \"1\" } }", "no.such.property")]
    [InlineData("{ \"Kafka\": { \"acks\": \"1\" } }", "Kafka:acks")]
    public async Task A_wrong_file_of_settings_is_wrong_usage_and_is_named_with_its_path(string json, string reason)
    {
        var file = Path.Combine(_data.Path, "appsettings.json");
        await File.WriteAllTextAsync(file, json);
        await using var host = LocalHostProcess.Start(
            LocalHostProcess.ProgramPath, Run, workingDirectory: _data.Path);

        (await host.WaitForExitAsync()).ShouldBe(2);

        host.Errors.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            error => error.ShouldContain(file),
            error => error.ShouldContain(reason));
        host.Output.ShouldNotContain(line => line.StartsWith("Producing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ticks_without_photos_are_missed()
    {
        await using var host = LocalHostProcess.Start(
            ["run", "--photos", "live", "--port", "0", "--schedule", "* * * * * *", "--for", "00:00:03", "--data", _data.Path],
            new() { ["CatApi__BaseAddress"] = "http://127.0.0.1:1" });

        await host.SucceedAsync();

        host.Errors[0].ShouldContain("Producing is failing");
        host.Output[^1].ShouldMatch(@", produced 0, missed [1-4] ticks, recorded 0, ");
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("HUP")]
    [InlineData("INT")]
    public async Task A_signal_stops_the_whole_pipeline_cleanly(string signal)
    {
        await using var host = LocalHostProcess.Start(
            [.. Run, "--schedule", "* * * * * *", "--rate", "1000", "--data", _data.Path]);
        await _data.WaitForLinesAsync(LogKind.Events, 1_000);

        await host.SignalAsync(signal);

        (await host.WaitForExitAsync()).ShouldBe(0);
        host.Output[^1].ShouldEndWith($", produced {CountEvents():N0}, recorded {CountEvents():N0}, redelivered 0, dead-lettered 0.");
        host.Errors.ShouldBeEmpty();
        await VerifyAsync();
    }

    [Fact]
    public async Task A_signal_while_it_starts_stops_it_cleanly_too()
    {
        var port = Azurite.FreePort();
        await using var host = LocalHostProcess.Start(["run", "--photos", "sample", "--port", $"{port}", "--data", _data.Path]);
        await Eventually.IsTrueAsync(() => IsTakenAsync(port));

        await host.SignalAsync("INT");

        (await host.WaitForExitAsync()).ShouldBe(0);
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_closed_terminal_must_not_stop_is_not_stopped_under_nohup()
    {
        using var host = Process.Start(new ProcessStartInfo("nohup")
        {
            ArgumentList =
            {
                "dotnet", LocalHostProcess.ProgramPath, "--photos", "sample", "--port", "0", "--rate", "100", "--schedule", "* * * * * *",
                "--data", _data.Path,
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        })!;
        try
        {
            await _data.WaitForLinesAsync(LogKind.Events, 1);

            using (var kill = Process.Start("kill", ["-HUP", $"{host.Id}"]))
            {
                await kill.WaitForExitAsync();
            }

            // These take five more ticks: a host that was stopping would produce none of them.
            await _data.WaitForLinesAsync(LogKind.Events, CountEvents() + 500);
            host.HasExited.ShouldBeFalse();
        }
        finally
        {
            host.Kill();
            await host.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task A_fixed_port_of_the_embedded_broker_is_what_every_client_is_told()
    {
        var port = Azurite.FreePort();
        await using var host = LocalHostProcess.Start(
            ["--photos", "sample", "--port", "0", "--broker-port", $"{port}", "--group", "others", "--rate", "200", "--data", _data.Path]);
        (await host.WaitForOutputAsync("Producing")).ShouldEndWith($" of an embedded broker at 127.0.0.1:{port}, as group others.");

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = $"127.0.0.1:{port}" }).Build();
        admin.GetMetadata(Topic, TimeSpan.FromSeconds(10)).Brokers.ShouldHaveSingleItem().Port.ShouldBe(port);
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(
            new ConsumerConfig { BootstrapServers = $"127.0.0.1:{port}", GroupId = "kcat", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        consumer.Subscribe(Topic);
        consumer.Consume(Eventually.Timeout).Message.Value.ShouldNotBeEmpty();
        await _data.WaitForLinesAsync(LogKind.Events, 200);

        await using var second = LocalHostProcess.Start(
            ["--photos", "sample", "--port", "0", "--broker-port", $"{port}", "--data", Path.Combine(_data.Path, "second")]);
        (await second.WaitForExitAsync()).ShouldBe(1);
        second.Errors.ShouldHaveSingleItem().ShouldBe(
            $"error: The embedded broker cannot listen on port {port}: Address already in use. Choose another one with --broker-port.");

        await host.StopAsync();
    }

    [Fact]
    public async Task A_recorder_says_when_another_member_of_its_group_takes_partitions_from_it()
    {
        using var broker = new EmbeddedBroker(Topic, partitions: 3);
        string[] arguments = ["record", "--brokers", broker.BootstrapServers, "--group", "cats", "--data"];
        await using var first = LocalHostProcess.Start([.. arguments, _data.Path]);
        (await first.WaitForOutputAsync("Recording")).ShouldEndWith(", as group cats.");
        await using var second = LocalHostProcess.Start([.. arguments, Path.Combine(_data.Path, "second")]);

        (await first.WaitForErrorAsync("Another member")).ShouldStartWith(
            "warning: Another member of group cats has these partitions of topic cat_photo_events: ");
        await second.TerminateAsync();
        await second.WaitForExitAsync();
        await first.WaitForOutputAsync("All partitions of topic cat_photo_events are recorded here again.");

        await first.StopAsync();
    }

    [Fact]
    public async Task Recording_stops_cleanly_when_it_is_asked_to()
    {
        using var broker = new EmbeddedBroker(Topic, partitions: 3);
        await using var host = LocalHostProcess.Start(["record", "--brokers", broker.BootstrapServers, "--data", _data.Path]);
        await host.WaitForOutputAsync("Recording");

        await host.StopAsync();
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
            [.. Run, "--schedule", "* * * * * *", "--rate", "1000", "--data", _data.Path]);
        await _data.WaitForLinesAsync(LogKind.Events, 2_000);

        await host.StopAsync();
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
            await using var host = LocalHostProcess.Start([.. Run, "--rate", "100", "--data", _data.Path]);
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

        await produce.StopAsync();
        await Eventually.IsTrueAsync(() => produce.Output[^1].EndsWith($", produced {CountEvents():N0}."));

        await record.StopAsync();
        await VerifyAsync();
    }

    [Fact]
    public async Task Settings_come_from_the_environment_and_options_win_over_them()
    {
        await using var host = LocalHostProcess.Start(
            [.. Run, "--rate", "1"],
            new() { ["EventLog__Directory"] = _data.Path, ["Simulation__EventsPerSecond"] = "-1" });
        await _data.WaitForLinesAsync(LogKind.Events, 1);

        await host.StopAsync();

        host.Output[1].ShouldContain($"recording to {_data.Path},");
    }

    [Fact]
    public async Task The_page_is_served_to_this_machine_alone_while_the_pipeline_runs()
    {
        await using var host = LocalHostProcess.Start([.. Run, "--data", _data.Path]);
        var address = await AddressAsync(host);
        address.Host.ShouldBe("127.0.0.1");
        using var http = new HttpClient { BaseAddress = address };

        (await http.GetStringAsync("/")).ShouldContain("<title>");
        await Eventually.IsTrueAsync(async () =>
            (await http.GetFromJsonAsync<JsonElement>("/api/analytics")).GetProperty("totals").GetProperty("views").GetInt64() > 0);

        await host.StopAsync();
        host.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Only_requests_to_this_machine_by_its_own_names_are_answered()
    {
        await using var host = LocalHostProcess.Start([.. Run, "--data", _data.Path]);
        var address = await AddressAsync(host);
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
            $"error: The page cannot be served on port {port}: {new SocketException((int)SocketError.AddressAlreadyInUse).Message}. "
            + "Choose another port with --port; 0 takes any free one.");
        host.Output.ShouldBeEmpty();
    }

    private static async Task<Uri> AddressAsync(LocalHostProcess host) =>
        new((await host.WaitForOutputAsync("The page is at ")).Split(' ')[^1]);

    private async Task VerifyAsync() =>
        (await Verifier.VerifyAsync(_data.Path)).ShouldStartWith($"{CountEvents()} events ");

    private int CountEvents() => LogFolder.CountLines(_data.Path, LogKind.Events);

    private static async Task<bool> IsTakenAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
