using System.Globalization;
using CatFunctions.Local.Kafka;
using CatFunctions.Local.Terminal;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CatFunctions.Local.Pipeline;

/// <summary>Runs the parts of the pipeline that this process has: producing, recording, or both.</summary>
internal sealed class CatPipeline(
    IEnumerable<PipelinePart> parts,
    KafkaSettings kafka,
    BrokerConnection broker,
    InFlightBudget inFlight,
    PipelineStatus status,
    StatusReporter reporter,
    TerminalOutput terminal,
    TimeProvider clock,
    ProduceLoop? producing = null,
    RecordLoop? recording = null) : IHealthCheck
{
    /// <summary>How long a stop may take before the remaining work is given up. Closing the clients comes on top.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Runs until stopped or until the duration is over, and then finishes: the tick is produced to its end, all of it
    /// is recorded, the consumer leaves its group.
    /// </summary>
    /// <exception cref="FailureException">The broker does not answer, a client failed, or events were lost.</exception>
    public async Task RunAsync(TimeSpan? duration, CancellationToken stop)
    {
        try
        {
            await broker.WaitUntilReadyAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return;
        }

        ReportStart();
        var start = clock.GetTimestamp();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var abort = new CancellationTokenSource();
        using var countdown = stopping.Token.Register(() => abort.CancelAfter(StopTimeout));
        if (duration is { } limit)
        {
            stopping.CancelAfter(limit);
        }

        var background = Task.WhenAll(
            broker.WatchAsync(stopping.Token),
            reporter.RunAsync(producing is not null, recording is not null, stopping.Token));
        try
        {
            await RunPartsAsync(stopping, abort.Token);
        }
        finally
        {
            await stopping.CancelAsync();
            await background;
            ReportEnd(clock.GetElapsedTime(start));
        }

        ThrowIfEventsAreLost();
        if (broker.Unreadable is { } problem)
        {
            throw new FailureException($"Not all of topic {kafka.Topic} is recorded: {problem}");
        }
    }

    /// <summary>Degraded while a part of the pipeline waits for something to work again.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(broker.IsWaiting || producing is { IsWaiting: true } || recording is { IsWaiting: true }
            ? HealthCheckResult.Degraded(status.LastError?.Message)
            : HealthCheckResult.Healthy());

    private async Task RunPartsAsync(CancellationTokenSource stopping, CancellationToken abort)
    {
        using var drained = new CancellationTokenSource();
        var stopRecording = producing is null ? stopping.Token : drained.Token;
        await Task.WhenAll(StopAllOnFailureAsync(RecordAsync()), StopAllOnFailureAsync(ProduceAndDrainAsync()));

        Task RecordAsync() => recording?.RunAsync(stopRecording, abort) ?? Task.CompletedTask;

        async Task ProduceAndDrainAsync()
        {
            try
            {
                await (producing?.RunAsync(stopping.Token, abort) ?? Task.CompletedTask);
                if (recording is not null)
                {
                    await inFlight.WaitUntilAllRecordedAsync(abort);
                    await (producing?.CleanAsync(abort) ?? Task.CompletedTask);
                }
            }
            catch (OperationCanceledException) when (abort.IsCancellationRequested)
            {
            }
            finally
            {
                await drained.CancelAsync();
            }
        }

        async Task StopAllOnFailureAsync(Task part)
        {
            try
            {
                await part;
            }
            catch
            {
                await stopping.CancelAsync();
                throw;
            }
        }
    }

    private void ReportStart()
    {
        var work = string.Join(" and ", parts.Select(part => part.Description));
        var where = kafka.IsEmbedded ? "an embedded broker" : "Kafka";
        terminal.WriteLine(
            $"{char.ToUpperInvariant(work[0])}{work[1..]}, over topic {kafka.Topic} of {where} at {kafka.BootstrapServers}"
            + (recording is null ? "." : $", as group {kafka.Group}."));
    }

    private void ReportEnd(TimeSpan time)
    {
        var line = $"Stopped after {TimeSpan.FromSeconds((long)time.TotalSeconds)}";
        if (producing is not null)
        {
            line += string.Create(CultureInfo.InvariantCulture, $", produced {status.Produced:N0}");
            line += status.MissedTicks > 0 ? string.Create(CultureInfo.InvariantCulture, $", missed {status.MissedTicks:N0} ticks") : "";
        }

        if (recording is not null)
        {
            line += string.Create(
                CultureInfo.InvariantCulture,
                $", recorded {status.Recorded:N0}, redelivered {status.Redelivered:N0}, dead-lettered {status.DeadLettered:N0}");
        }

        terminal.WriteLine($"{line}.");
    }

    private void ThrowIfEventsAreLost()
    {
        var waiting = recording is null ? 0 : inFlight.Count;
        var lost = status.Undelivered + (kafka.IsEmbedded ? waiting : 0);
        if (lost > 0)
        {
            var reason = status.LastError?.Message
                ?? $"they were too many for the {StopTimeout.TotalSeconds} s that a stop may take: lower --rate";
            if (producing is not { HasOutbox: true })
            {
                throw new FailureException(kafka.IsEmbedded
                    ? $"{lost} events could not be recorded and are lost: {reason}"
                    : $"{lost} events could not be delivered to Kafka at {kafka.BootstrapServers} and are lost: {reason}");
            }

            terminal.WriteLine($"{lost} events have not reached the log: {reason.TrimEnd('.')}. The next run sends them again from the outbox.");
        }

        if (!kafka.IsEmbedded && waiting > 0)
        {
            terminal.WriteLine($"{waiting} events are still in Kafka; the next run or record will record them.");
        }
    }
}

/// <summary>A part of the pipeline that this process has, in words for its user, such as "recording to ./data".</summary>
internal sealed record PipelinePart(string Description);
