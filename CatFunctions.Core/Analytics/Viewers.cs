using System.Runtime.InteropServices;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Counts different users since any minute: one by one while there are at most <see cref="MaxExact"/> over the whole log,
/// otherwise by a <see cref="SlidingHyperLogLog"/>. Its state depends on the set of events alone, not on their order.
/// </summary>
/// <remarks>Users are known by the <see cref="TextHash"/> of their ids: that two of <see cref="MaxExact"/> share theirs has a chance of 1 in 3.7 billion.</remarks>
internal sealed class Viewers
{
    /// <summary>The number of users, over the whole log, up to which every count is exact.</summary>
    public const int MaxExact = 100_000;

    private readonly Dictionary<ScatteredKey, int> _lastSeen = [];
    private SlidingHyperLogLog? _sketch;

    /// <summary>Whether the counts are exact.</summary>
    public bool IsExact => _sketch is null;

    /// <summary>Adds a view by a user in a minute; 0 for a time that only the whole log covers.</summary>
    public void Add(ulong user, int minute)
    {
        if (_sketch is not null)
        {
            _sketch.Add(user, minute);
            return;
        }

        ref var lastSeen = ref CollectionsMarshal.GetValueRefOrAddDefault(_lastSeen, new ScatteredKey(user), out _);
        lastSeen = Math.Max(lastSeen, minute);
        if (_lastSeen.Count > MaxExact)
        {
            Sketch();
        }
    }

    /// <summary>Adds everything that another one has seen.</summary>
    public void Merge(Viewers other)
    {
        foreach (var (user, minute) in other._lastSeen)
        {
            Add(user.Value, minute);
        }

        if (other._sketch is { } sketch)
        {
            Sketch().Merge(sketch);
        }
    }

    /// <summary>Writes it so that <see cref="Read"/> reads it.</summary>
    public void Write(StateWriter writer)
    {
        writer.Write(IsExact);
        if (_sketch is not null)
        {
            _sketch.Write(writer);
            return;
        }

        var newest = _lastSeen.Values.DefaultIfEmpty().Max();
        writer.Write7BitEncodedInt(newest);
        writer.WriteAll(_lastSeen, user =>
        {
            writer.Write(user.Key.Value);
            writer.Write7BitEncodedInt(newest - user.Value);
        });
    }

    /// <summary>Adds what was written.</summary>
    public void Read(ref StateReader reader)
    {
        if (!reader.ReadBool())
        {
            Sketch().Read(ref reader);
            return;
        }

        var newest = reader.ReadInt();
        for (var count = reader.ReadInt(); count > 0; count--)
        {
            Add(reader.ReadWord(), newest - reader.ReadInt());
        }
    }

    /// <summary>How many different users had a view in a minute or later; since 0 means ever.</summary>
    public long Count(int sinceMinute) =>
        _sketch?.Estimate(sinceMinute) ?? _lastSeen.Values.Count(minute => minute >= sinceMinute);

    private SlidingHyperLogLog Sketch()
    {
        _sketch ??= new SlidingHyperLogLog();
        foreach (var (user, minute) in _lastSeen)
        {
            _sketch.Add(user.Value, minute);
        }

        _lastSeen.Clear();
        _lastSeen.TrimExcess();
        return _sketch;
    }
}
