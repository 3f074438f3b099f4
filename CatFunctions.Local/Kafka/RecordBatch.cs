using CatFunctions.Core.EventLog;

namespace CatFunctions.Local.Kafka;

/// <summary>
/// Some consumed records, and the buffer that their keys and values live in: valid until <see cref="Clear"/>.
/// Made to be used again and again, so that consuming costs no array per record.
/// </summary>
/// <param name="maxBytes">The batch is full with this many bytes of keys and values.</param>
internal sealed class RecordBatch(int maxBytes)
{
    /// <summary>A batch is full with this many records.</summary>
    public const int MaxRecords = 16_384;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(maxBytes);
    private readonly List<ConsumedRecord> _records = [];
    private readonly Dictionary<int, long> _nextOffsets = [];
    private int _used;

    /// <summary>The records, in the order in which they were consumed.</summary>
    public IReadOnlyList<ConsumedRecord> Records => _records;

    /// <summary>For each partition in the batch, the offset after its last record.</summary>
    public IReadOnlyDictionary<int, long> NextOffsets => _nextOffsets;

    public bool IsEmpty => _records.Count is 0;

    public bool IsFull => _records.Count >= MaxRecords || _used >= _buffer.Length;

    /// <summary>Copies a key or a value of the record that comes next.</summary>
    public ReadOnlyMemory<byte> Copy(ReadOnlySpan<byte> bytes)
    {
        // Only the record that fills the batch can fail to fit.
        var target = bytes.Length <= _buffer.Length - _used
            ? _buffer.AsMemory(_used, bytes.Length)
            : new byte[bytes.Length];
        bytes.CopyTo(target.Span);
        _used = Math.Min(_buffer.Length, _used + bytes.Length);
        return target;
    }

    public void Add(in ConsumedRecord record)
    {
        _records.Add(record);
        _nextOffsets[record.Partition] = record.Offset + 1;
    }

    public void Clear()
    {
        _records.Clear();
        _nextOffsets.Clear();
        _used = 0;
    }
}
