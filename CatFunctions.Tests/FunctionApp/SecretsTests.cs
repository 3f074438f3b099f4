using CatFunctions.Tests.EventLog;
using CatFunctions.Tests.FunctionApp.Host;

namespace CatFunctions.Tests.FunctionApp;

public sealed class SecretsTests(Azurite azurite)
{
    [Fact]
    public async Task No_secret_leaves_the_worker_whatever_it_does_and_however_much_it_logs()
    {
        using var log = new BlobTestLog(azurite);
        await using var host = await FunctionsHost.StartAsync(
            ("Logging__LogLevel__Default", "Trace"),
            ("AzureWebJobsStorage", azurite.ConnectionString),
            ("KafkaProtocol", "SaslSsl"),
            ("KafkaUsername", "tom"),
            ("KafkaPassword", "the password of tom"),
            ("KafkaCaCertificate", "-----BEGIN CERTIFICATE-----\nof tom's broker\n-----END CERTIFICATE-----"),
            ("CatApi__ApiKey", "the-key-of-TheCatAPI"),
            ("EventLog__Directory", ""),
            ("EventLog__Container", log.Container.Name),
            ("EventLogStorage", azurite.ConnectionString));

        var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", due: null));
        await host.InvokeAsync("RecordCatEvents", KafkaExtension.ToBatch(messages));
        using var page = await host.SendAsync("GetDashboard", HttpMethod.Get, "/api/dashboard?code=the-key-of-the-function");
        using var json = await host.SendAsync("GetAnalytics", HttpMethod.Get, "/api/analytics?code=the-key-of-the-function");
        (await host.StopWorkerAsync()).ShouldBe(0);

        host.Photos.Requests.ShouldContain(request => request.Headers["x-api-key"] == "the-key-of-TheCatAPI");
        log.Files(LogKind.Events).ShouldNotBeEmpty();
        host.Log.ShouldContain(line => line.Level == RpcLog.Types.Level.Trace);
        string[] secrets =
            ["the password of tom", "of tom's broker", "the-key-of-TheCatAPI", "the-key-of-the-function", Azurite.Key];
        string[] said = [.. host.FromWorker.Select(message => $"{message}"), .. host.Worker.Output, .. host.Worker.Errors];
        foreach (var secret in secrets)
        {
            said.ShouldNotContain(text => text.Contains(secret));
        }
    }
}
