using System.Runtime.CompilerServices;

namespace CatFunctions.Core.Events;

/// <summary>Reads the times of an event, from UTF-8.</summary>
internal static class EventTime
{
    /// <summary>The length of a tick in an event's id.</summary>
    public const int TickLength = 19;

    // Too large for any part of a time, even as one digit of a year or of milliseconds.
    private const int NotPair = 1_000_000;

    /// <summary>Reads <c>yyyyMMddTHHmmssfffZ</c>, the form of a tick in an event's id.</summary>
    public static bool TryParseTick(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length != TickLength || text[8] != 'T' || text[18] != 'Z')
        {
            return false;
        }

        var milliseconds = (Pair((byte)'0', text[15]) * 100) + Pair(text[16], text[17]);
        return milliseconds <= 999 && TryCreate(
            (Pair(text[0], text[1]) * 100) + Pair(text[2], text[3]),
            month: Pair(text[4], text[5]),
            day: Pair(text[6], text[7]),
            hour: Pair(text[9], text[10]),
            minute: Pair(text[11], text[12]),
            second: Pair(text[13], text[14]),
            milliseconds * TimeSpan.TicksPerMillisecond,
            out time);
    }

    /// <summary>
    /// Reads an RFC 3339 time in any of its forms, as the same instant in UTC, to 100 ns. A leap second, 23:59:60 in UTC,
    /// is read as the second after it. What .NET cannot represent, the year 0 above all, is refused.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length < "yyyy-MM-ddTHH:mm:ssZ".Length
            || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t') || text[13] != ':' || text[16] != ':')
        {
            return false;
        }

        var end = 19;
        long addend = 0;
        if (text[end] == '.')
        {
            var unit = TimeSpan.TicksPerSecond;
            for (end++; end < text.Length && text[end] is >= (byte)'0' and <= (byte)'9'; end++)
            {
                unit /= 10;
                addend += (text[end] - '0') * unit;
            }

            if (end == 20)
            {
                return false;
            }
        }

        if (!TryParseOffset(text[end..], out var offset))
        {
            return false;
        }

        addend -= offset * TimeSpan.TicksPerMinute;
        var second = Pair(text[17], text[18]);
        var isLeapSecond = second == 60;
        if (isLeapSecond)
        {
            second = 59;
            addend += TimeSpan.TicksPerSecond;
        }

        return TryCreate(
                (Pair(text[0], text[1]) * 100) + Pair(text[2], text[3]),
                month: Pair(text[5], text[6]),
                day: Pair(text[8], text[9]),
                hour: Pair(text[11], text[12]),
                minute: Pair(text[14], text[15]),
                second,
                addend,
                out time)
            && (!isLeapSecond || time.TimeOfDay < TimeSpan.FromSeconds(1));
    }

    // In minutes.
    private static bool TryParseOffset(ReadOnlySpan<byte> text, out int offset)
    {
        offset = 0;
        if (text is [(byte)'Z' or (byte)'z'])
        {
            return true;
        }

        if (text is not [(byte)'+' or (byte)'-', _, _, (byte)':', _, _])
        {
            return false;
        }

        var (hours, minutes) = (Pair(text[1], text[2]), Pair(text[4], text[5]));
        offset = (text[0] == '-' ? -1 : 1) * ((hours * 60) + minutes);
        return hours <= 23 && minutes <= 59;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Pair(byte tens, byte ones)
    {
        var (high, low) = ((uint)(tens - '0'), (uint)(ones - '0'));
        return high <= 9 && low <= 9 ? (int)((high * 10) + low) : NotPair;
    }

    private static bool TryCreate(
        int year, int month, int day, int hour, int minute, int second, long addend, out DateTimeOffset time)
    {
        time = default;
        if (year is 0 or > 9999 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + addend;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }
}
