using System.Buffers;
using System.Collections;

namespace CatFunctions.Core.Events;

/// <summary>One event, ready for Kafka.</summary>
/// <param name="Key">The record's key: the event's subject, so that the events of one photo keep their order.</param>
/// <param name="Value">The record's value: the event's JSON in UTF-8.</param>
public readonly record struct OutgoingEvent(string Key, ReadOnlyMemory<byte> Value);

/// <summary>The events of one tick. Their values are in pooled buffers, which are returned on disposal.</summary>
public sealed class TickEvents : IReadOnlyList<OutgoingEvent>, IDisposable
{
    private const int TypicalSize = 400;

    // The pool keeps larger arrays for each thread that has returned one, and a tick moves from thread to thread.
    private const int MaxChunkSize = 1024 * 1024;

    private readonly List<byte[]> _chunks = [];
    private readonly List<int> _used = [];
    private readonly int _chunkSize;
    private OutgoingEvent[]? _events;

    /// <param name="capacity">How many events there will be, at most.</param>
    internal TickEvents(int capacity)
    {
        _chunkSize = (int)Math.Min((long)capacity * TypicalSize, MaxChunkSize);
        _events = ArrayPool<OutgoingEvent>.Shared.Rent(capacity);
    }

    public int Count { get; private set; }

    /// <exception cref="ObjectDisposedException">The events were disposed.</exception>
    public OutgoingEvent this[int index]
    {
        get
        {
            ObjectDisposedException.ThrowIf(_events is null, this);
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return _events[index];
        }
    }

    public IEnumerator<OutgoingEvent> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The values of all events, in order and a line each, in as many pieces as there are buffers.</summary>
    internal IEnumerable<ReadOnlyMemory<byte>> Lines => _chunks.Zip(_used, (chunk, used) => (ReadOnlyMemory<byte>)chunk.AsMemory(0, used));

    public void Dispose()
    {
        if (_events is null)
        {
            return;
        }

        ArrayPool<OutgoingEvent>.Shared.Return(_events, clearArray: true);
        _events = null;
        _chunks.ForEach(chunk => ArrayPool<byte>.Shared.Return(chunk));
        _chunks.Clear();
    }

    /// <summary>Adds an event; its value is copied.</summary>
    internal void Add(string key, ReadOnlySpan<byte> value)
    {
        ObjectDisposedException.ThrowIf(_events is null, this);
        var length = value.Length + 1;
        if (_chunks.Count == 0 || _chunks[^1].Length - _used[^1] < length)
        {
            _chunks.Add(ArrayPool<byte>.Shared.Rent(Math.Max(_chunkSize, length)));
            _used.Add(0);
        }

        var line = _chunks[^1].AsMemory(_used[^1], length);
        value.CopyTo(line.Span);
        line.Span[^1] = (byte)'\n';
        _used[^1] += length;
        _events[Count++] = new OutgoingEvent(key, line[..^1]);
    }
}
