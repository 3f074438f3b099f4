using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog.Verification;

/// <summary>Counts the lines of one log of one partition, and checks their order.</summary>
internal sealed class PartitionTally(LogKind log, int partition)
{
    private int _segments;
    private int _generations;
    private int _generation;
    private long? _first;
    private long? _last;
    private long? _lastOfGeneration;
    private long _lines;
    private long _skipped;
    private long _repeated;

    /// <summary>Goes on in the next segment.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Begin(SegmentName segment)
    {
        _segments++;
        if (segment.Generation == _generation)
        {
            return null;
        }

        var before = _generation;
        (_generation, _lastOfGeneration) = (segment.Generation, null);
        _generations++;
        return _generation < before ? $"comes after generation {before}" : null;
    }

    /// <summary>Counts a line.</summary>
    /// <returns>Null, or what is wrong with it.</returns>
    public string? Add(long offset)
    {
        _lines++;
        var before = _lastOfGeneration;
        _first ??= offset;
        _last = _lastOfGeneration = offset;
        if (offset <= before)
        {
            _repeated++;
            return $"offset {offset} comes after offset {before}";
        }

        _skipped += offset - before - 1 ?? 0;
        return null;
    }

    /// <summary>What was found.</summary>
    public PartitionReport Close() =>
        new(log, partition, _segments, _generations, _first, _last, _lines, _skipped, _repeated);
}
