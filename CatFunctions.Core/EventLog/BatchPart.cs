using System.Collections;

namespace CatFunctions.Core.EventLog;

/// <summary>Some of the records of a batch, in their order, by reference: records are large.</summary>
internal sealed class BatchPart(ValidatedBatch batch) : IReadOnlyList<LogEntry>
{
    private readonly List<int> _indices = [];

    public int Count => _indices.Count;

    public LogEntry this[int index] => batch[_indices[index]];

    public void Add(int index) => _indices.Add(index);

    public void Clear() => _indices.Clear();

    public IEnumerator<LogEntry> GetEnumerator() => _indices.Select(index => batch[index]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
