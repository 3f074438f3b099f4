using System.Runtime.InteropServices;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Counts different users since any minute: by their names up to <see cref="MaxExact"/> of them, ever, then by a
/// <see cref="SlidingHyperLogLog"/>. What it holds depends on the set of events alone, not on their order.
/// </summary>
internal sealed class Viewers
{
    /// <summary>Up to how many users, over the whole log, every count is exact.</summary>
    public const int MaxExact = 100_000;

    private readonly Dictionary<byte[], int> _lastSeen = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private SlidingHyperLogLog? _sketch;

    public Viewers() => _lookup = _lastSeen.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>Whether the counts are exact.</summary>
    public bool IsExact => _sketch is null;

    /// <summary>Takes in a view of a user in a minute; 0 for a time that no window but the whole log holds.</summary>
    public void Add(ReadOnlySpan<byte> user, int minute)
    {
        if (_sketch is not null)
        {
            _sketch.Add(TextHash.Of(user), minute);
            return;
        }

        ref var lastSeen = ref CollectionsMarshal.GetValueRefOrAddDefault(_lookup, user, out _);
        lastSeen = Math.Max(lastSeen, minute);
        if (_lastSeen.Count > MaxExact)
        {
            Sketch();
        }
    }

    /// <summary>Takes in all that another one has seen.</summary>
    public void Merge(Viewers other)
    {
        foreach (var (user, minute) in other._lastSeen)
        {
            Add(user, minute);
        }

        if (other._sketch is { } sketch)
        {
            Sketch();
            _sketch!.Merge(sketch);
        }
    }

    /// <summary>How many different users had a view in a minute or later; since 0 means ever.</summary>
    public long Count(int sinceMinute)
    {
        if (_sketch is not null)
        {
            return _sketch.Estimate(sinceMinute);
        }

        var count = 0;
        foreach (var minute in _lastSeen.Values)
        {
            count += minute >= sinceMinute ? 1 : 0;
        }

        return count;
    }

    private void Sketch()
    {
        _sketch ??= new SlidingHyperLogLog();
        foreach (var (user, minute) in _lastSeen)
        {
            _sketch.Add(TextHash.Of(user), minute);
        }

        _lastSeen.Clear();
        _lastSeen.TrimExcess();
    }
}
