using System.Buffers.Text;
using System.Globalization;

namespace CatFunctions.Core.Events;

/// <summary>
/// An event's id, <c>TICK-INDEX</c>: with it the log alone can prove that no event of a tick is missing.
/// </summary>
/// <param name="Tick">The scheduled time of the timer tick, in UTC, to the millisecond.</param>
/// <param name="Index">The event's place among the events of the tick, from 0.</param>
public readonly record struct EventId(DateTimeOffset Tick, int Index)
{
    /// <summary>The format of the tick, for <see cref="DateTimeOffset.ToString(string)"/>.</summary>
    public const string TickFormat = "yyyyMMdd'T'HHmmssfff'Z'";

    private const int TickLength = 19;

    /// <summary>The id as it stands in an event.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Tick.UtcDateTime.ToString(TickFormat, CultureInfo.InvariantCulture)}-{Index}");

    /// <summary>Reads an id from UTF-8; false if it is not of the form <c>TICK-INDEX</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out EventId id)
    {
        id = default;
        if (text.Length <= TickLength + 1 || text[TickLength] != '-')
        {
            return false;
        }

        var digits = text[(TickLength + 1)..];
        if (!Utf8Parser.TryParse(digits, out int index, out var consumed)
            || consumed != digits.Length
            || !char.IsAsciiDigit((char)digits[0])
            || (digits[0] == '0' && digits.Length > 1)
            || !TryParseTick(text[..TickLength], out var tick))
        {
            return false;
        }

        id = new EventId(tick, index);
        return true;
    }

    private static bool TryParseTick(ReadOnlySpan<byte> text, out DateTimeOffset tick)
    {
        tick = default;
        if (text[8] != 'T' || text[18] != 'Z'
            || !TryParseNumber(text[..4], out var year)
            || !TryParseNumber(text[4..6], out var month)
            || !TryParseNumber(text[6..8], out var day)
            || !TryParseNumber(text[9..11], out var hour)
            || !TryParseNumber(text[11..13], out var minute)
            || !TryParseNumber(text[13..15], out var second)
            || !TryParseNumber(text[15..18], out var millisecond)
            || year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        tick = new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero);
        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> digits, out int number)
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
}
