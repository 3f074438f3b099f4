using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Reads ranges of the log that are older than the minutes that are kept, on demand: the hours in which their events were
/// recorded and no others. The last ones are kept. For concurrent use.
/// </summary>
/// <param name="store">Where the log is.</param>
/// <param name="clock">Decides when a range is read again.</param>
/// <param name="changed">Called when more of a range was read.</param>
internal sealed class PastHours(ISegmentStore store, TimeProvider clock, Action changed) : IDisposable
{
    /// <summary>How many ranges are kept.</summary>
    public const int MaxKept = 3;

    /// <summary>How long a range is kept: retention may delete it, and it costs memory.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    private const int BufferSize = 1 << 18;

    private readonly Lock _lock = new();
    private readonly List<PastRange> _ranges = [];
    private Task _lastReading = Task.CompletedTask;

    /// <summary>A range and the period before it, which is being read or was.</summary>
    /// <param name="range">The range; it ends where the result's state is.</param>
    /// <param name="recordedUntil">The last hour in which events of it were recorded, counted from the year 1.</param>
    public PastRange Read(MinuteRange range, long recordedUntil)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            foreach (var old in _ranges.Where(old => old.Began > now || now - old.Began > KeptFor || old.Reading.IsFaulted).ToArray())
            {
                Remove(old);
            }

            if (_ranges.Find(known => known.Range == range && known.RecordedUntil == recordedUntil) is { } past)
            {
                // The one that was asked for last is the last to go.
                _ranges.Remove(past);
                _ranges.Add(past);
                return past;
            }

            if (_ranges.Count == MaxKept)
            {
                Remove(_ranges[0]);
            }

            past = new PastRange(range, recordedUntil, now);
            past.Reading = ReadAfterAsync(_lastReading, past);
            _lastReading = past.Reading;
            _ranges.Add(past);
            return past;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _ranges.ToList().ForEach(Remove);
        }
    }

    private void Remove(PastRange past)
    {
        _ranges.Remove(past);
        past.IsUnwanted = true;
    }

    /// <summary>One is read at a time.</summary>
    private async Task ReadAfterAsync(Task before, PastRange past)
    {
        await Task.WhenAny(before).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await ReadAsync(past);
    }

    private async Task ReadAsync(PastRange past)
    {
        // The clock of the host that recorded may have been in the hour before.
        var first = new DateTimeOffset(Minutes.StartOf(Math.Max(Minutes.PerHour, past.Range.Previous!.Value.First!.Value))).AddHours(-1);
        var last = new DateTimeOffset(past.RecordedUntil * TimeSpan.TicksPerHour, TimeSpan.Zero);
        var listed = await store.ListSinceAsync(LogKind.Events, SegmentName.HourOf(first), CancellationToken.None);
        var segments = listed.Where(segment => segment.Name.Hour <= last && segment.Name.Hour >= SegmentName.HourOf(first)).ToArray();
        var (bytes, read) = (segments.Sum(segment => segment.Length), 0L);
        foreach (var segment in segments)
        {
            using var reader = new SegmentReader(store, segment.Name, bufferSize: BufferSize) { EndsIfDeleted = true, IsToEnd = true };
            while (!past.IsUnwanted && await reader.ReadLinesAsync(CancellationToken.None) is { IsEmpty: false } lines)
            {
                lock (past.Lock)
                {
                    past.State.AddEvents(segment.Name, lines.Span);
                }

                read += lines.Length;
                past.Tell((double)read / Math.Max(bytes, read), changed);
            }
        }

        past.Tell(null, changed);
    }
}

/// <summary>A range of the past and the period before it.</summary>
internal sealed class PastRange(MinuteRange range, long recordedUntil, DateTimeOffset began)
{
    public MinuteRange Range => range;

    public long RecordedUntil => recordedUntil;

    public DateTimeOffset Began => began;

    /// <summary>What it adds up to.</summary>
    public AnalyticsState State { get; } = new(range.Last) { IsOfPast = true };

    /// <summary>To be held while the state is used.</summary>
    public Lock Lock { get; } = new();

    /// <summary>How much was read, 0 to 1; null when all was.</summary>
    public double? Progress { get; private set; } = 0;

    /// <summary>Ends when all was read; fails with an <see cref="EventLogException"/>.</summary>
    public Task Reading { get; set; } = Task.CompletedTask;

    /// <summary>Whether nobody asks for it any more, so that reading it can stop.</summary>
    public volatile bool IsUnwanted;

    public void Tell(double? progress, Action changed)
    {
        var before = Progress;
        Progress = progress;
        if (progress is null || Math.Floor((100 * progress) ?? 0) > Math.Floor((100 * before) ?? 0))
        {
            changed();
        }
    }
}
