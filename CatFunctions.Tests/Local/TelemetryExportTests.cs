using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CatFunctions.Tests.EventLog;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Tests.Local;

public sealed class TelemetryExportTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Traces_metrics_and_logs_reach_the_collector_that_the_setting_names()
    {
        var received = new ConcurrentDictionary<string, string>();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/v1/{signal}", async (string signal, HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.AddOrUpdate(signal, Encoding.UTF8.GetString(body.ToArray()), (_, before) => before + Encoding.UTF8.GetString(body.ToArray()));
        });
        await collector.StartAsync();

        await using var host = LocalHostProcess.Start(
            ["run", "--photos", "auto", "--port", "0", "--data", _data.Path],
            new()
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.Single(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["CatApi__BaseAddress"] = "http://127.0.0.1:1",
            });
        await _data.WaitForLinesAsync(LogKind.Events, 1);
        await host.StopAsync();

        received["traces"].ShouldContain("produce tick");
        received["traces"].ShouldContain("record batch");
        received["metrics"].ShouldContain("catfunctions.events.recorded");
        received["logs"].ShouldContain("sample");
        received.Values.ShouldAllBe(body => body.Contains("catfunctions"));
        host.Errors.ShouldNotBeEmpty(); // the warning that there is no internet is still on the terminal
    }

    [Fact]
    public async Task A_collector_that_does_not_answer_neither_stops_the_pipeline_nor_holds_it_up()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var host = LocalHostProcess.Start(
            ["run", "--photos", "sample", "--port", "0", "--for", "00:00:02", "--data", _data.Path],
            new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{collector.LocalEndpoint}" });
        using var connection = await collector.AcceptTcpClientAsync().WaitAsync(Eventually.Timeout);

        await host.SucceedAsync();

        host.Output[^1].ShouldStartWith("Stopped after ");
        host.Errors.ShouldBeEmpty();
    }
}
