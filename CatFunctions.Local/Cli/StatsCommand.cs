using System.CommandLine;
using System.Runtime.InteropServices;
using CatFunctions.Core.Analytics;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Local.Terminal;
using Spectre.Console;

namespace CatFunctions.Local.Cli;

/// <summary><c>stats</c>: the leaderboards in the terminal.</summary>
internal static class StatsCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>The pause where a report cannot be written over the one before.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command("stats", "Show the leaderboards of the event log.")
        {
            CliOptions.Window,
            CliOptions.Top,
            CliOptions.Watch,
            CliOptions.Json,
        };
        command.AddEventLog();
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var host = LocalHost.OpenLog(arguments);
        var clock = host.Services.GetRequiredService<TimeProvider>();
        var terminal = host.Services.GetRequiredService<TerminalOutput>();
        var (window, top, isJson) =
            (arguments.GetValue(CliOptions.Window), arguments.GetValue(CliOptions.Top), arguments.GetValue(CliOptions.Json));
        using var analytics = new AnalyticsService(
            host.Services.GetRequiredService<ISegmentStore>(), clock, snapshots: host.Services.GetRequiredService<ISnapshotStore>())
        {
            AnswerTimeout = Timeout.InfiniteTimeSpan,
        };
        Task<AnalyticsReport> GetAsync(CancellationToken cancellation) => analytics.GetAsync(window, top, cancellation);

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.IsInteractive ? AnsiSupport.Detect : AnsiSupport.No,
        });
        void Show(AnalyticsReport report)
        {
            if (isJson)
            {
                CliJson.Write(terminal, report);
            }
            else
            {
                console.Write(StatsView.Of(report, top, console.Profile.Width));
            }
        }

        if (!arguments.GetValue(CliOptions.Watch))
        {
            Show(await GetAsync(cancellationToken));
            await analytics.WhenSavedAsync(cancellationToken);
            return;
        }

        await UntilStoppedAsync(
            async stop =>
            {
                if (isJson || !terminal.IsInteractive)
                {
                    await FollowAsync(Show, isJson ? Pause : LongPause, onlyChanges: true, stop);
                }
                else
                {
                    var rows = StatsView.TopFor(console.Profile.Height, top);
                    await console.Live(new Text("")).Cropping(VerticalOverflowCropping.Bottom).StartAsync(live => FollowAsync(
                        report => live.UpdateTarget(StatsView.Of(report, rows, console.Profile.Width)), Pause, onlyChanges: false, stop));
                }
            },
            cancellationToken);

        async Task FollowAsync(Action<AnalyticsReport> show, TimeSpan pause, bool onlyChanges, CancellationToken stop)
        {
            using var timer = new PeriodicTimer(pause, clock);
            string? shown = null;
            do
            {
                // On a terminal the age of the newest event keeps growing; anywhere else only changes are news.
                var report = await GetAsync(stop);
                if (!onlyChanges || report.Tag != shown)
                {
                    show(report);
                    shown = report.Tag;
                }
            }
            while (await timer.WaitForNextTickAsync(stop) && !TerminalOutput.IsAbandoned);
        }
    }

    /// <summary>Does something until Ctrl+C, SIGTERM or SIGHUP.</summary>
    private static async Task UntilStoppedAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        try
        {
            await action(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }
}
