using System.Runtime.CompilerServices;

namespace CatFunctions.Core.Events;

/// <summary>Reads the two fixed-width forms of a time that the pipeline writes, both in UTC and to the millisecond.</summary>
internal static class UtcTime
{
    /// <summary>The length of <c>yyyyMMddTHHmmssfffZ</c>.</summary>
    public const int CompactLength = 19;

    /// <summary>The length of <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>.</summary>
    public const int ExtendedLength = 24;

    // Beyond the range of every part of a time, alone and as a part of a year or of milliseconds.
    private const int NoPair = 1_000_000;

    /// <summary>Reads <c>yyyyMMddTHHmmssfffZ</c>, the form of a tick in an event's id.</summary>
    public static bool TryParseCompact(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == CompactLength
            && text[8] == 'T' && text[18] == 'Z'
            && TryCreate(
                year: (Pair(text[0], text[1]) * 100) + Pair(text[2], text[3]),
                month: Pair(text[4], text[5]),
                day: Pair(text[6], text[7]),
                hour: Pair(text[9], text[10]),
                minute: Pair(text[11], text[12]),
                second: Pair(text[13], text[14]),
                millisecond: (Pair((byte)'0', text[15]) * 100) + Pair(text[16], text[17]),
                out time);
    }

    /// <summary>Reads <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>, the form of the <c>time</c> attribute.</summary>
    public static bool TryParseExtended(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == ExtendedLength
            && text[4] == '-' && text[7] == '-' && text[10] == 'T'
            && text[13] == ':' && text[16] == ':' && text[19] == '.' && text[23] == 'Z'
            && TryCreate(
                year: (Pair(text[0], text[1]) * 100) + Pair(text[2], text[3]),
                month: Pair(text[5], text[6]),
                day: Pair(text[8], text[9]),
                hour: Pair(text[11], text[12]),
                minute: Pair(text[14], text[15]),
                second: Pair(text[17], text[18]),
                millisecond: (Pair((byte)'0', text[20]) * 100) + Pair(text[21], text[22]),
                out time);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pair(byte tens, byte ones)
    {
        var (high, low) = ((uint)(tens - '0'), (uint)(ones - '0'));
        return high <= 9 && low <= 9 ? (int)((high * 10) + low) : NoPair;
    }

    private static bool TryCreate(
        int year, int month, int day, int hour, int minute, int second, int millisecond, out DateTimeOffset time)
    {
        time = default;
        if (year is 0 or > 9999 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59 || millisecond > 999)
        {
            return false;
        }

        time = new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero);
        return true;
    }
}
