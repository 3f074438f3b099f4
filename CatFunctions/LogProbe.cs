using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;
using Microsoft.Extensions.Hosting;

namespace CatFunctions;

/// <summary>
/// Says at the start what is wrong with the storage of the log, such as a policy that would stop the recorder only when the
/// next hour begins. An outage must not keep the app from starting, so it goes on.
/// </summary>
internal sealed class LogProbe(ISegmentStore store) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await store.PrepareAsync(stoppingToken);
        }
        catch (EventLogException exception)
        {
            // The host shows this; a line of a logger it shows only within an invocation.
            await Console.Error.WriteLineAsync(exception.Message);
        }
    }
}
