using System.Collections;

namespace CatFunctions.Core.Events;

/// <summary>The events of one tick. Their values live in a pooled buffer, which is given back on disposal.</summary>
public sealed class TickEvents : IReadOnlyList<ProducedEvent>, IDisposable
{
    public int Count => throw new NotImplementedException();

    public ProducedEvent this[int index] => throw new NotImplementedException();

    public IEnumerator<ProducedEvent> GetEnumerator() => throw new NotImplementedException();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => throw new NotImplementedException();
}
