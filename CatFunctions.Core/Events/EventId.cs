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
    /// <summary>The id as it appears in an event.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Ticks.Tick.NameOf(Tick)}-{Index}");

    /// <summary>Reads an id from UTF-8; false if it is not of the form <c>TICK-INDEX</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out EventId id)
    {
        id = default;
        if (text.Length <= EventTime.TickLength + 1
            || text[EventTime.TickLength] != '-'
            || !TryParseIndex(text[(EventTime.TickLength + 1)..], out var index)
            || !EventTime.TryParseTick(text[..EventTime.TickLength], out var tick))
        {
            return false;
        }

        id = new EventId(tick, index);
        return true;
    }

    // Without a sign or leading zeros, so an index has one form only.
    private static bool TryParseIndex(ReadOnlySpan<byte> digits, out int index) =>
        Utf8Parser.TryParse(digits, out index, out var consumed)
        && consumed == digits.Length
        && (digits[0] is >= (byte)'1' and <= (byte)'9' || digits.SequenceEqual("0"u8));
}
