using System.Globalization;
using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Local.Terminal;

/// <summary>Shows how far a check of the log is, if it takes long.</summary>
internal sealed class VerificationMeter(TerminalOutput terminal, TimeProvider clock) : IProgress<VerificationProgress>
{
    private readonly TimeSpan _interval = terminal.IsInteractive ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(10);
    private long _shown = clock.GetTimestamp();

    public void Report(VerificationProgress value)
    {
        if (clock.GetElapsedTime(_shown) >= _interval)
        {
            _shown = clock.GetTimestamp();
            terminal.ShowStatus(string.Create(
                CultureInfo.InvariantCulture,
                $"Verifying: {100 * value.Bytes / Math.Max(1, value.TotalBytes)} %, {value.Lines:N0} lines"));
        }
    }
}
