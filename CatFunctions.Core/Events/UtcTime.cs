namespace CatFunctions.Core.Events;

/// <summary>Reads the two fixed-width forms of a time that the pipeline writes, both in UTC and to the millisecond.</summary>
internal static class UtcTime
{
    /// <summary>The length of <c>yyyyMMddTHHmmssfffZ</c>.</summary>
    public const int CompactLength = 19;

    /// <summary>The length of <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>.</summary>
    public const int ExtendedLength = 24;

    /// <summary>Reads <c>yyyyMMddTHHmmssfffZ</c>, the form of a tick in an event's id.</summary>
    public static bool TryParseCompact(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == CompactLength
            && text[8] == 'T' && text[18] == 'Z'
            && TryParseDigits(text[..4], out var year)
            && TryParseDigits(text[4..6], out var month)
            && TryParseDigits(text[6..8], out var day)
            && TryParseDigits(text[9..11], out var hour)
            && TryParseDigits(text[11..13], out var minute)
            && TryParseDigits(text[13..15], out var second)
            && TryParseDigits(text[15..18], out var millisecond)
            && TryCreate(year, month, day, hour, minute, second, millisecond, out time);
    }

    /// <summary>Reads <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>, the form of the <c>time</c> attribute.</summary>
    public static bool TryParseExtended(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == ExtendedLength
            && text[4] == '-' && text[7] == '-' && text[10] == 'T'
            && text[13] == ':' && text[16] == ':' && text[19] == '.' && text[23] == 'Z'
            && TryParseDigits(text[..4], out var year)
            && TryParseDigits(text[5..7], out var month)
            && TryParseDigits(text[8..10], out var day)
            && TryParseDigits(text[11..13], out var hour)
            && TryParseDigits(text[14..16], out var minute)
            && TryParseDigits(text[17..19], out var second)
            && TryParseDigits(text[20..23], out var millisecond)
            && TryCreate(year, month, day, hour, minute, second, millisecond, out time);
    }

    private static bool TryParseDigits(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            number = (number * 10) + (digit - '0');
        }

        return true;
    }

    private static bool TryCreate(
        int year, int month, int day, int hour, int minute, int second, int millisecond, out DateTimeOffset time)
    {
        time = default;
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        time = new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero);
        return true;
    }
}
