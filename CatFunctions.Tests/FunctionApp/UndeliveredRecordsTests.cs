using CatFunctions.Tests.EventLog;
using CatFunctions.Tests.FunctionApp.Host;
using CatFunctions.Tests.Local;
using Confluent.Kafka;

namespace CatFunctions.Tests.FunctionApp;

/// <summary>The trigger gives what it gives: the app cannot go back in the topic, so it goes on and says what is missing.</summary>
public sealed class UndeliveredRecordsTests
{
    [Fact]
    public async Task Records_that_were_not_delivered_are_an_error_and_degrade_the_health_until_they_come()
    {
        await using var host = await FunctionsHost.StartAsync();
        var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", due: null));
        await RecordAsync(host, messages, 0, 5);
        await RecordAsync(host, messages, 10, 5);

        Errors(host).ShouldHaveSingleItem().ShouldStartWith("Records are missing in the log: offsets 5 to 9 of partition 0 were not delivered.");
        await ShouldBecomeAsync(host, ("degraded", "offsets 5 to 9 of partition 0 were not delivered"));

        await RecordAsync(host, messages, 5, 5);

        await ShouldBecomeAsync(host, ("healthy", "healthy"));
        LogFolder.Offsets(host.LogFolder).Order().ShouldBe(Enumerable.Range(0, 15).Select(offset => (long)offset));
    }

    [Fact]
    public async Task Records_that_were_not_delivered_degrade_the_health_until_the_outbox_has_sent_again_what_they_were()
    {
        await using var host = await FunctionsHost.StartAsync(("CatEventsSchedule", "*/5 * * * * *"));
        var now = DateTimeOffset.UtcNow;
        var ticks = new List<Message<byte[], byte[]>[]>();
        foreach (var secondsAgo in new[] { 120, 115, 110, 105, 100, 95, 0 })
        {
            ticks.Add(KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", now.AddSeconds(-secondsAgo))));
        }

        Message<byte[], byte[]>[] messages = [.. ticks.SelectMany(tick => tick)];
        var first = ticks.Take(3).Sum(tick => tick.Length) - 1;
        var last = first + ticks[3].Length + 1;
        var gap = $"offsets {first} to {last}";
        await RecordAsync(host, messages, 0, first);
        await RecordAsync(host, messages, last + 1, messages.Length - last - 1);
        await ShouldBecomeAsync(host, ("degraded", $"{gap} of partition 0 were not delivered"));

        messages = [.. messages, .. KafkaExtension.ToMessages(await host.FireTimerAsync("ResendCatEvents", due: null))];
        await RecordAsync(host, messages, ticks.Sum(tick => tick.Length), last - first + 1);

        await ShouldBecomeAsync(host, ("healthy", "healthy"));
        await using var verify = LocalHostProcess.Start(["verify", "--data", host.LogFolder]);
        (await verify.WaitForExitAsync()).ShouldBe(0, string.Join('\n', verify.Errors));
        verify.Output.ShouldContain(line => line.StartsWith($"note: partition 0: {gap} are in neither log; every tick from ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_gaps_are_normal_nothing_is_said_of_them()
    {
        await using var host = await FunctionsHost.StartAsync(("EventLog__AllowGaps", "true"));
        var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", due: null));
        await RecordAsync(host, messages, 0, 5);
        await RecordAsync(host, messages, 10, 5);

        Errors(host).ShouldBeEmpty();
        await ShouldBecomeAsync(host, ("healthy", "healthy"));
    }

    [Fact]
    public async Task Records_that_the_log_has_lost_are_an_error_and_the_batch_behind_them_is_recorded_at_once()
    {
        await using var host = await FunctionsHost.StartAsync();
        var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", due: null));
        await RecordAsync(host, messages, 0, 10);
        File.Delete(Path.Combine(host.LogFolder, LogFolder.Files(host.LogFolder, LogKind.Events).ShouldHaveSingleItem()));

        await RecordAsync(host, messages, 10, 5);

        Errors(host).ShouldHaveSingleItem().ShouldStartWith("The log events does not hold offsets 0 to 9 of partition 0 any more");
        LogFolder.Offsets(host.LogFolder).ShouldBe([10, 11, 12, 13, 14]);
        await ShouldBecomeAsync(host, ("degraded", "offsets 0 to 9 of partition 0 were not delivered"));

        await RecordAsync(host, messages, 0, 15);

        LogFolder.Offsets(host.LogFolder).Order().ShouldBe(Enumerable.Range(0, 15).Select(offset => (long)offset));
        await ShouldBecomeAsync(host, ("healthy", "healthy"));
    }

    private static IEnumerable<string> Errors(FunctionsHost host) =>
        host.Log.Where(line => line.Level == RpcLog.Types.Level.Error).Select(line => line.Message);

    private static async Task RecordAsync(FunctionsHost host, Message<byte[], byte[]>[] messages, int firstOffset, int count)
    {
        var batch = KafkaExtension.ToBatch(Enumerable.Range(firstOffset, count).Select(offset => new ConsumeResult<byte[], byte[]>
        {
            Topic = "cats",
            Partition = 0,
            Offset = offset,
            Message = messages[offset],
        }));
        var response = await host.InvokeAsync("RecordCatEvents", batch);
        response.Result.Status.ShouldBe(StatusResult.Types.Status.Success, response.Result.ToString());
    }

    private static Task ShouldBecomeAsync(FunctionsHost host, (string? State, string? Message) expected) => Eventually.IsTrueAsync(
        async () =>
        {
            using var response = await host.SendAsync("GetAnalytics", HttpMethod.Get, "/api/analytics?window=all");
            var health = JsonElement.Parse(await response.Content.ReadAsStringAsync()).GetProperty("health");
            return (health.GetProperty("state").GetString(), health.GetProperty("message").GetString()) == expected;
        },
        $"health is {expected}");
}
