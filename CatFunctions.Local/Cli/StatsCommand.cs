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

    public static Command Create()
    {
        var command = new Command("stats", "Show the leaderboards of the event log.")
        {
            CliOptions.Window,
            CliOptions.Top,
            CliOptions.Watch,
        };
        command.AddEventLog();
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = LocalHost.CreateBuilder();
        var location = builder.AddEventLog(arguments);
        using var host = builder.Build();
        location.RequireFolder();

        var clock = host.Services.GetRequiredService<TimeProvider>();
        using var analytics = new AnalyticsService(host.Services.GetRequiredService<ISegmentStore>(), clock)
        {
            AnswerTimeout = Timeout.InfiniteTimeSpan,
        };
        Task<AnalyticsReport> GetAsync(CancellationToken cancellation) => analytics.GetAsync(
            arguments.GetValue(CliOptions.Window), arguments.GetValue(CliOptions.Top), cancellation);

        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (arguments.GetValue(CliOptions.Watch))
        {
            await WatchAsync(console, GetAsync, clock, cancellationToken);
        }
        else
        {
            console.Write(StatsView.Of(await GetAsync(cancellationToken)));
        }
    }

    private static async Task WatchAsync(
        IAnsiConsole console,
        Func<CancellationToken, Task<AnalyticsReport>> getAsync,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            if (Console.IsOutputRedirected)
            {
                await FollowAsync(report => console.Write(StatsView.Of(report)));
            }
            else
            {
                await console.Live(new Text("")).Cropping(VerticalOverflowCropping.Bottom)
                    .StartAsync(live => FollowAsync(report => live.UpdateTarget(StatsView.Of(report))));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }

        async Task FollowAsync(Action<AnalyticsReport> show)
        {
            using var timer = new PeriodicTimer(Pause, clock);
            string? shown = null;
            do
            {
                // On a terminal the age of the newest event keeps growing; a file gets only changes.
                var report = await getAsync(stop.Token);
                if (!Console.IsOutputRedirected || report.Tag != shown)
                {
                    show(report);
                    shown = report.Tag;
                }
            }
            while (await timer.WaitForNextTickAsync(stop.Token));
        }
    }
}
