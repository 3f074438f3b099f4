using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Counts different users since any minute: by name while there are at most <see cref="MaxExact"/> over the whole log,
/// otherwise by a <see cref="SlidingHyperLogLog"/>. Its state depends on the set of events alone, not on their order.
/// </summary>
internal sealed class Viewers
{
    /// <summary>The number of users, over the whole log, up to which every count is exact.</summary>
    public const int MaxExact = 100_000;

    private TextTable _users = new();
    private int[] _lastSeen = new int[1 << 6];
    private SlidingHyperLogLog? _sketch;

    /// <summary>Whether the counts are exact.</summary>
    public bool IsExact => _sketch is null;

    /// <summary>Adds a view by a user in a minute; 0 for a time that only the whole log covers.</summary>
    public void Add(ReadOnlySpan<byte> user, int minute)
    {
        if (_sketch is not null)
        {
            _sketch.Add(TextHash.Of(user), minute);
            return;
        }

        var number = _users.NumberOf(user);
        if (number == _lastSeen.Length)
        {
            Array.Resize(ref _lastSeen, number * 2);
        }

        _lastSeen[number] = Math.Max(_lastSeen[number], minute);
        if (_users.Count > MaxExact)
        {
            Sketch();
        }
    }

    /// <summary>Adds everything that another one has seen.</summary>
    public void Merge(Viewers other)
    {
        for (var i = 0; i < other._users.Count; i++)
        {
            Add(other._users[i], other._lastSeen[i]);
        }

        if (other._sketch is { } sketch)
        {
            Sketch();
            _sketch!.Merge(sketch);
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

        var newest = _lastSeen.Max();
        writer.Write7BitEncodedInt(newest);
        writer.Write7BitEncodedInt(_users.Count);
        for (var i = 0; i < _users.Count; i++)
        {
            writer.Write7BitEncodedInt(newest - _lastSeen[i]);
            writer.WriteText(_users[i]);
        }
    }

    /// <summary>Adds what was written.</summary>
    public void Read(ref StateReader reader)
    {
        if (!reader.ReadBool())
        {
            Sketch();
            _sketch!.Read(ref reader);
            return;
        }

        var newest = reader.ReadInt();
        for (var count = reader.ReadInt(); count > 0; count--)
        {
            var minute = newest - reader.ReadInt();
            Add(reader.ReadText(), minute);
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
        foreach (var minute in _lastSeen.AsSpan(0, _users.Count))
        {
            count += minute >= sinceMinute ? 1 : 0;
        }

        return count;
    }

    private void Sketch()
    {
        _sketch ??= new SlidingHyperLogLog();
        for (var i = 0; i < _users.Count; i++)
        {
            _sketch.Add(TextHash.Of(_users[i]), _lastSeen[i]);
        }

        (_users, _lastSeen) = (new TextTable(), new int[1 << 6]);
    }
}
