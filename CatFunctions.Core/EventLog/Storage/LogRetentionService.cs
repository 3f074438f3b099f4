using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>Deletes old hours when a host starts, and every hour from then on.</summary>
internal sealed partial class LogRetentionService(
    LogRetention retention, TimeProvider clock, ILogger<LogRetentionService> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                if (await retention.DeleteOldHoursAsync(stoppingToken) is var deleted and > 0)
                {
                    LogDeleted(deleted);
                }
            }
            catch (EventLogException exception)
            {
                LogFailed(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Count} old segments of the event log.")]
    private partial void LogDeleted(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Old hours of the event log are not deleted yet. {Reason}")]
    private partial void LogFailed(string reason);
}
