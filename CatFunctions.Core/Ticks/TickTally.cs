using System.Numerics;
using System.Runtime.InteropServices;

namespace CatFunctions.Core.Ticks;

/// <summary>Counts the events of one tick.</summary>
/// <param name="size">How many there must be.</param>
internal sealed class TickTally(int size)
{
    // One bit per index, 64 to a word. Sparse, because an event may claim any index; gone once all are there.
    private Dictionary<int, ulong>? _seen = [];
    private int _count;

    /// <summary>How many there must be.</summary>
    public int Size => size;

    /// <summary>How many are not there yet.</summary>
    public int Missing => size - _count;

    /// <summary>Counts an event; false if it was counted before.</summary>
    public bool TryAdd(int index)
    {
        var bit = 1UL << (index % 64);
        if (_seen is null || (_seen.TryGetValue(index / 64, out var word) && (word & bit) != 0))
        {
            return false;
        }

        _seen[index / 64] = word | bit;
        if (++_count == size)
        {
            _seen = null;
        }

        return true;
    }

    /// <summary>Counts up to 64 events at once: those whose bits are set, from an index on that is a multiple of 64.</summary>
    public void Add(int firstIndex, ulong events)
    {
        if (_seen is null)
        {
            return;
        }

        ref var word = ref CollectionsMarshal.GetValueRefOrAddDefault(_seen, firstIndex / 64, out _);
        _count += BitOperations.PopCount(events & ~word);
        word |= events;
        if (_count == size)
        {
            _seen = null;
        }
    }

    /// <summary>Counts what another tally of the same size has counted.</summary>
    public void UnionWith(TickTally other)
    {
        if (other._seen is null)
        {
            (_seen, _count) = (null, size);
            return;
        }

        foreach (var (index, events) in other._seen)
        {
            Add(index * 64, events);
        }
    }

    /// <summary>The first index that is not there.</summary>
    public int FirstMissing()
    {
        var index = 0;
        while (_seen is not null && _seen.TryGetValue(index / 64, out var word) && (word & (1UL << (index % 64))) != 0)
        {
            index++;
        }

        return index;
    }
}
