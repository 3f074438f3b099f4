namespace CatFunctions.Local.Terminal;

/// <summary>The rate of a growing total over the last 10 s, so that ticks some seconds apart read as a steady rate.</summary>
internal sealed class RateWindow
{
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private readonly Queue<(TimeSpan Time, long Total)> _samples = new([(TimeSpan.Zero, 0)]);

    /// <summary>Takes the total at a time since the start, and gives the rate per second.</summary>
    public double Next(TimeSpan time, long total)
    {
        _samples.Enqueue((time, total));
        while (_samples.Count > 2 && _samples.Peek().Time < time - Length)
        {
            _samples.Dequeue();
        }

        var (since, before) = _samples.Peek();
        return time > since ? (total - before) / (time - since).TotalSeconds : 0;
    }
}
