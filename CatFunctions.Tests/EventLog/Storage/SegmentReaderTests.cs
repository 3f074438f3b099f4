using CatFunctions.Tests.Analytics;

namespace CatFunctions.Tests.EventLog.Storage;

public sealed class FileSegmentReaderTests() : SegmentReaderContract<FileTestLog>(new FileTestLog());

public sealed class BlobSegmentReaderTests(Azurite azurite) : SegmentReaderContract<BlobTestLog>(new BlobTestLog(azurite));

/// <summary>How the lines of a segment are read.</summary>
/// <typeparam name="TLog">Where the log is.</typeparam>
public abstract class SegmentReaderContract<TLog>(TLog log) : RecorderTest<TLog>(log)
    where TLog : TestLog
{
    private const int Lines = 100;

    [Theory]
    [InlineData(16)]
    [InlineData(1000)]
    [InlineData(1 << 20)]
    public async Task A_segment_is_read_whole_with_a_buffer_of_any_size(int bufferSize)
    {
        await Record(TestEvents.Events(0, Lines));

        (await ReadAsync(Log.Store, bufferSize)).ShouldBe(Enumerable.Range(0, Lines).Select(offset => (long)offset));
    }

    [Fact]
    public async Task A_stream_that_breaks_is_continued_piece_by_piece()
    {
        await Record(TestEvents.Events(0, Lines));
        var store = new CountingStore(Log.Store) { WhenOpened = stream => new BreakingStream(stream, 3) };

        (await ReadAsync(store, 1000)).ShouldBe(Enumerable.Range(0, Lines).Select(offset => (long)offset));
    }

    private static async Task<long[]> ReadAsync(ISegmentStore store, int bufferSize)
    {
        var segment = (await store.ListAsync(LogKind.Events, 0, CancellationToken.None)).ShouldHaveSingleItem();
        using var reader = new SegmentReader(store, segment.Name, bufferSize: bufferSize) { IsToEnd = true };
        var offsets = new List<long>();
        await foreach (var line in reader.ReadEachLineAsync(CancellationToken.None))
        {
            offsets.Add(SegmentSearch.ReadOffset(segment.Name, line.Span));
        }

        reader.Position.ShouldBe(segment.Length);
        return [.. offsets];
    }

    /// <summary>A connection that is cut off after a few reads.</summary>
    private sealed class BreakingStream(Stream stream, int reads) : MemoryStream
    {
        private int _left = reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _left-- > 0 ? stream.ReadAsync(buffer, cancellationToken) : throw new IOException("The connection was cut off.");

        protected override void Dispose(bool disposing)
        {
            stream.Dispose();
            base.Dispose(disposing);
        }
    }
}
