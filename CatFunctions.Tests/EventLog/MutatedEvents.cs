namespace CatFunctions.Tests.EventLog;

/// <summary>Values that were events before something happened to them.</summary>
/// <param name="seed">Decides what.</param>
internal sealed class MutatedEvents(int seed)
{
    private static readonly byte[][] Fragments =
    [
        .. new[]
        {
            "null", "true", "-0", "1e999", "9223372036854775808", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\\", "\"",
            "{", "}", "[", "]", ",", ":", "\n", "\r\n", "\t", " ", "//", "/**/", "\uFEFF", "é", "𝒳", "\u2028", new string('[', 70), new string('{', 70),
            "\"id\":\"20261122T073015000Z-17\",", "\"kafkaoffset\":1,", "\"k\\u0061fkapartition\":1,", "\"ticksize\":1,", "\"data\":{},",
            "\"time\":\"2026-02-30T00:00:00Z\",", "\"type\":7,", "\"subject\":\"\",",
        }.Select(TestEvents.Utf8),
        [0xFF], [0x00], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
    ];

    private readonly Random _random = new(seed);
    private int _count;

    /// <summary>The next value.</summary>
    public byte[] Next()
    {
        var value = TestEvents.WithIndex(_count++, tickSize: int.MaxValue);
        for (var count = _random.Next(4); count > 0; count--)
        {
            value = Mutate(value);
        }

        return value;
    }

    private byte[] Mutate(byte[] value)
    {
        var from = _random.Next(value.Length + 1);
        var to = Math.Min(value.Length, from + _random.Next(1, 12));
        switch (_random.Next(7))
        {
            case 0:
                return [.. value[..from], .. Fragments[_random.Next(Fragments.Length)], .. value[from..]];
            case 1:
                return [.. value[..from], .. Fragments[_random.Next(Fragments.Length)], .. value[to..]];
            case 2:
                return [.. value[..from], .. value[to..]];
            case 3:
                return [.. value[..to], .. value[from..]];
            case 4:
                return value[.._random.Next(value.Length + 1)];
            case 5:
                return [.. value[..from], (byte)_random.Next(256), .. value[from..]];
            default:
                var changed = value.ToArray();
                if (changed.Length > 0)
                {
                    changed[_random.Next(changed.Length)] ^= (byte)(1 << _random.Next(8));
                }

                return changed;
        }
    }
}
