using System.Buffers.Binary;

namespace CatFunctions.Core.Events;

/// <summary>Reads the times of an event, from UTF-8.</summary>
internal static class EventTime
{
    /// <summary>The length of a tick in an event's id.</summary>
    public const int TickLength = 19;

    private static readonly ushort Zeros = Digits("00"u8);
    private static readonly ushort LastSecond = Digits("59"u8);
    private static readonly ushort LeapSecond = Digits("60"u8);

    /// <summary>Reads <c>yyyyMMddTHHmmssfffZ</c>, the form of a tick in an event's id.</summary>
    public static bool TryParseTick(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == TickLength && text[8] == 'T' && text[18] == 'Z' && text[17] is >= (byte)'0' and <= (byte)'9'
            && TryCreate(
                BinaryPrimitives.ReadUInt64LittleEndian(text),
                BinaryPrimitives.ReadUInt64LittleEndian(text[9..]),
                (text[17] - '0') * TimeSpan.TicksPerMillisecond,
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
        var second = Digits(text[17..]);
        var isLeapSecond = second == LeapSecond;
        if (isLeapSecond)
        {
            second = LastSecond;
            addend += TimeSpan.TicksPerSecond;
        }

        return TryCreate(
                Join(Digits(text), Digits(text[2..]), Digits(text[5..]), Digits(text[8..])),
                Join(Digits(text[11..]), Digits(text[14..]), second, Zeros),
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

        var (hours, minutes, _, _) = Pairs(Join(Digits(text[1..]), Digits(text[4..]), Zeros, Zeros));
        offset = (text[0] == '-' ? -1 : 1) * ((hours * 60) + minutes);
        return hours <= 23 && minutes <= 59;
    }

    /// <param name="date">The digits of the year, the month and the day.</param>
    /// <param name="timeOfDay">The digits of the hour, the minute, the second and its hundredths.</param>
    /// <param name="addend">What to add, in ticks of 100 ns.</param>
    /// <param name="time">The time.</param>
    private static bool TryCreate(ulong date, ulong timeOfDay, long addend, out DateTimeOffset time)
    {
        time = default;
        var (century, yearOfCentury, month, day) = Pairs(date);
        var (hour, minute, second, hundredths) = Pairs(timeOfDay);
        var year = (century * 100) + yearOfCentury;
        if (year is 0 or > 9999 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        var ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks
            + (hundredths * 10 * TimeSpan.TicksPerMillisecond) + addend;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static ushort Digits(ReadOnlySpan<byte> text) => BinaryPrimitives.ReadUInt16LittleEndian(text);

    private static ulong Join(ushort first, ushort second, ushort third, ushort fourth) =>
        first | ((ulong)second << 16) | ((ulong)third << 32) | ((ulong)fourth << 48);

    /// <summary>
    /// The four numbers that eight digits make in pairs, all at once: every line of the log has two times. Where one of them is not
    /// a digit, they are too large for any part of a time.
    /// </summary>
    private static (int First, int Second, int Third, int Fourth) Pairs(ulong digits)
    {
        const ulong HighBits = 0xf0f0_f0f0_f0f0_f0f0;
        var values = digits ^ 0x3030_3030_3030_3030;
        var pairs = ((values | (values + 0x0606_0606_0606_0606)) & HighBits) == 0
            ? (values * 10) + (values >> 8)
            : ulong.MaxValue;
        return ((byte)pairs, (byte)(pairs >> 16), (byte)(pairs >> 32), (byte)(pairs >> 48));
    }
}
