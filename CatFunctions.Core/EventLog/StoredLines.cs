using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.EventLog;

/// <summary>
/// Looks up lines of a partition's log by their offsets. A first one is searched for; those that follow it are read on
/// from there, so that a long redelivery costs one pass over what it delivers. Use it while nothing is appended; what is
/// deleted meanwhile is not found.
/// </summary>
internal sealed class StoredLines(ISegmentStore store, LogKind log, int partition, SegmentState newest)
{
    // A search costs about as much as reading on over so many offsets.
    private const long NearOffsets = 1000;

    private const int BufferSize = 1 << 16;

    private readonly Dictionary<int, Walk> _walks = [];
    private IReadOnlyList<SegmentState>? _segments;

    /// <summary>The line of an offset, without its line break; valid until the next call.</summary>
    /// <returns>An empty line if the generation does not hold it, and whether it ends before it.</returns>
    public async ValueTask<(ReadOnlyMemory<byte> Line, bool HasEnded)> FindAsync(
        int generation, long offset, CancellationToken cancellationToken)
    {
        if (!_walks.TryGetValue(generation, out var walk) || !await walk.TryMoveToAsync(offset))
        {
            _walks[generation] = walk = await SearchAsync(generation, offset, cancellationToken);
        }

        return (walk.Offset == offset ? walk.Line : default, walk.Offset == long.MaxValue);
    }

    private async ValueTask<Walk> SearchAsync(int generation, long offset, CancellationToken cancellationToken)
    {
        var (holder, next) = (newest, long.MaxValue);
        if (newest.Name.Generation != generation || newest.Name.BaseOffset > offset || newest.Length == 0)
        {
            var segments = (_segments ??= await store.ListAsync(log, partition, cancellationToken))
                .Where(segment => segment.Name.Generation == generation && segment.Length > 0)
                .ToArray();
            var index = Array.FindLastIndex(segments, segment => segment.Name.BaseOffset <= offset);
            next = index + 1 < segments.Length ? segments[index + 1].Name.BaseOffset : long.MaxValue;
            if (index < 0)
            {
                return new Walk(AsyncEnumerable.Empty<ReadOnlyMemory<byte>>(), offset, next);
            }

            holder = segments[index];
        }

        try
        {
            var position = await SegmentSearch.SeekAsync(store, holder, offset, cancellationToken);
            var reader = new SegmentReader(store, holder.Name, position, BufferSize) { EndsIfDeleted = true };
            var walk = new Walk(reader.ReadEachLineAsync(cancellationToken), offset, next);
            await walk.TryMoveToAsync(offset);
            return walk;
        }
        catch (SegmentDeletedException)
        {
            return new Walk(AsyncEnumerable.Empty<ReadOnlyMemory<byte>>(), offset, next);
        }
    }

    /// <summary>Goes over the lines of a segment.</summary>
    /// <param name="lines">The lines, from one before the first offset on.</param>
    /// <param name="first">The first offset that is asked for.</param>
    /// <param name="next">The first offset of the next segment; the maximum if there is none.</param>
    private sealed class Walk(IAsyncEnumerable<ReadOnlyMemory<byte>> lines, long first, long next)
    {
        private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> _lines = lines.GetAsyncEnumerator();
        private bool _hasEnded;

        // There is no line from this offset on until the one where it stands.
        private long _from = first;

        /// <summary>Where it stands: at a line, or behind the last one where the next segment begins.</summary>
        public long Offset { get; private set; } = -1;

        /// <summary>The line where it stands; empty if it stands behind the last one.</summary>
        public ReadOnlyMemory<byte> Line { get; private set; }

        /// <summary>Goes to the first line that is not before an offset; false if only a search leads there.</summary>
        public async ValueTask<bool> TryMoveToAsync(long offset)
        {
            if (offset < _from || (Offset >= 0 && offset - Offset > NearOffsets))
            {
                return false;
            }

            while (Offset < offset && !_hasEnded)
            {
                _from = Math.Max(_from, Offset + 1);
                await MoveNextAsync();
            }

            return !_hasEnded || offset < next || next == long.MaxValue;
        }

        private async ValueTask MoveNextAsync()
        {
            while (await _lines.MoveNextAsync())
            {
                if (LogLine.TryReadPosition(_lines.Current.Span, out _, out var offset))
                {
                    (Offset, Line) = (offset, _lines.Current);
                    return;
                }
            }

            (_hasEnded, Offset, Line) = (true, next, default);
        }
    }
}
