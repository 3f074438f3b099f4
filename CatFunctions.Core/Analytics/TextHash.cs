using System.Buffers.Binary;

namespace CatFunctions.Core.Analytics;

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
                // The two halves may overlap; with the length known they still give the text.
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
