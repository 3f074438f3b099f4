using System.Diagnostics;
using CatFunctions.Tests.EventLog;
using CatFunctions.Tests.FunctionApp.Host;

namespace CatFunctions.Tests.FunctionApp;

public sealed class UnwritableLogTests
{
    [Fact]
    public async Task While_the_log_cannot_be_written_a_batch_fails_after_some_patience_and_later_the_same_batch_is_recorded_once()
    {
        await using var host = await FunctionsHost.StartAsync(("Outbox__Enabled", "false"));
        var messages = KafkaExtension.ToMessages(await host.FireTimerAsync("ProduceCatEvents", due: null));
        var batch = KafkaExtension.ToBatch(messages);
        await Eventually.IsTrueAsync(() => File.Exists(Path.Combine(host.LogFolder, ".locks", "probe-0")));
        Directory.Delete(host.LogFolder, recursive: true);
        await File.WriteAllTextAsync(host.LogFolder, "a file where the folder should be, which stops root too");

        var start = Stopwatch.GetTimestamp();
        var failed = await host.InvokeAsync("RecordCatEvents", batch);
        var elapsed = Stopwatch.GetElapsedTime(start);
        File.Delete(host.LogFolder);
        var succeeded = await host.InvokeAsync("RecordCatEvents", batch);

        failed.Result.Status.ShouldBe(StatusResult.Types.Status.Failure);
        failed.Result.Exception.Message.ShouldStartWith($"Cannot write to the event log in {host.LogFolder}: ");
        elapsed.ShouldBeInRange(RetryingRecorder.RetryTimeout - TimeSpan.FromSeconds(4), 3 * RetryingRecorder.RetryTimeout);
        host.Log.Count(line => line.Level == RpcLog.Types.Level.Warning && line.Message.EndsWith("Trying again for a while")).ShouldBe(1);
        succeeded.Result.Status.ShouldBe(StatusResult.Types.Status.Success);
        LogFolder.Offsets(host.LogFolder).ShouldBe(Enumerable.Range(0, messages.Length).Select(offset => (long)offset));
    }

    [Fact]
    public async Task That_the_log_cannot_be_written_is_said_at_the_start()
    {
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var host = await FunctionsHost.StartAsync(("EventLog__Directory", file));

        await Eventually.IsTrueAsync(() => host.Worker.Errors.Any(line => line.StartsWith($"Cannot write to the event log in {file}: ", StringComparison.Ordinal)));
    }
}
