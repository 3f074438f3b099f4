using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Different texts in UTF-8, numbered from 0 in the order in which they came. A part of a line is looked up without
/// a copy, and only a new text allocates memory.
/// </summary>
internal sealed class TextTable
{
    // Texts are untrusted: their senders must not know which of them collide.
    private static readonly ulong Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    // Open addressing with linear probing (Knuth, The Art of Computer Programming, 6.4): at most half of the slots are used.
    private Slot[] _slots = new Slot[1 << 8];
    private byte[] _texts = new byte[1 << 12];
    private int[] _ends = new int[1 << 6];

    public int Count { get; private set; }

    /// <summary>The text of a number.</summary>
    public ReadOnlySpan<byte> this[int number] => _texts.AsSpan(StartOf(number).._ends[number]);

    /// <summary>The number of a text, which is added if it is new.</summary>
    public int NumberOf(ReadOnlySpan<byte> text)
    {
        var hash = (uint)TextHash.Of(text, Seed);
        ref var slot = ref SlotOf(text, hash);
        if (slot.NumberPlusOne > 0)
        {
            return slot.NumberPlusOne - 1;
        }

        slot = new Slot(hash, Count + 1, StartOf(Count), text.Length);
        return Add(text);
    }

    /// <summary>The number of a text; null if it is not there.</summary>
    public int? Find(ReadOnlySpan<byte> text) =>
        SlotOf(text, (uint)TextHash.Of(text, Seed)) is { NumberPlusOne: > 0 and var number } ? number - 1 : null;

    /// <summary>The slot that holds a text, or the free one where it belongs.</summary>
    private ref Slot SlotOf(ReadOnlySpan<byte> text, uint hash)
    {
        var slots = _slots;
        for (var i = (int)hash & (slots.Length - 1); ; i = (i + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[i];
            if (slot.NumberPlusOne == 0
                || (slot.Hash == hash && _texts.AsSpan(slot.Start, slot.Length).SequenceEqual(text)))
            {
                return ref slot;
            }
        }
    }

    private int StartOf(int number) => number == 0 ? 0 : _ends[number - 1];

    private int Add(ReadOnlySpan<byte> text)
    {
        var start = StartOf(Count);
        if (_texts.Length - start < text.Length)
        {
            Array.Resize(ref _texts, Math.Max(_texts.Length * 2, start + text.Length));
        }

        if (_ends.Length == Count)
        {
            Array.Resize(ref _ends, Count * 2);
        }

        text.CopyTo(_texts.AsSpan(start));
        _ends[Count++] = start + text.Length;
        if (Count * 2 > _slots.Length)
        {
            Grow();
        }

        return Count - 1;
    }

    private void Grow()
    {
        var slots = new Slot[_slots.Length * 2];
        foreach (var slot in _slots)
        {
            if (slot.NumberPlusOne > 0)
            {
                var i = (int)slot.Hash & (slots.Length - 1);
                while (slots[i].NumberPlusOne > 0)
                {
                    i = (i + 1) & (slots.Length - 1);
                }

                slots[i] = slot;
            }
        }

        _slots = slots;
    }

    // With the text's place in the bytes, a look-up needs few steps through memory.
    private readonly record struct Slot(uint Hash, int NumberPlusOne, int Start, int Length);
}

/// <summary>
/// A 64-bit hash of short texts, the same in every process: it multiplies and folds the halves of the product, as the
/// wyhash of Wang Yi does (https://github.com/wangyi-fudan/wyhash).
/// </summary>
internal static class TextHash
{
    private const ulong FirstPrime = 0xa0761d6478bd642f;
    private const ulong SecondPrime = 0xe7037ed1a0b428db;
    private const ulong ThirdPrime = 0x8ebc6af09c88c6e3;

    /// <summary>The hash. Another seed gives an unrelated one.</summary>
    public static ulong Of(ReadOnlySpan<byte> text, ulong seed = 0)
    {
        var hash = Fold(seed ^ FirstPrime, (ulong)text.Length ^ SecondPrime);
        while (text.Length > sizeof(ulong))
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(text), SecondPrime);
            text = text[sizeof(ulong)..];
        }

        return Fold(Fold(hash ^ LastWord(text), ThirdPrime), FirstPrime);
    }

    private static ulong LastWord(ReadOnlySpan<byte> text)
    {
        switch (text.Length)
        {
            case sizeof(ulong):
                return BinaryPrimitives.ReadUInt64LittleEndian(text);
            case >= sizeof(uint):
                // The two halves may overlap; together with the length they still determine the text.
                return ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text) << 32)
                    | BinaryPrimitives.ReadUInt32LittleEndian(text[^sizeof(uint)..]);
            case > 0:
                return ((ulong)text[0] << 16) | ((ulong)text[text.Length / 2] << 8) | text[^1];
            default:
                return 0;
        }
    }

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}

/// <summary>A number that hash tables place by a secret: who chooses such numbers, or texts with such hashes, cannot make them collide there.</summary>
internal readonly record struct ScatteredKey(ulong Value)
{
    // Multiply-shift hashing (M. Dietzfelbinger et al., "A Reliable Randomized Algorithm for the Closest-Pair Problem", 1997).
    private static readonly ulong Secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;

    public override int GetHashCode() => (int)((Value * Secret) >> 32);
}
