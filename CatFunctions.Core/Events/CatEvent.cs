using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace CatFunctions.Core.Events;

/// <summary>A view or a like of a photo: a valid CloudEvent. Its texts are UTF-8, without JSON escapes.</summary>
internal readonly ref struct CatEvent
{
    // Without these, JSON has no escapes, and a string ends at the next quote.
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create([(byte)'\\', .. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    // What nearly every event has nothing but: then one pass tells that it is plain, and UTF-8.
    private static readonly SearchValues<byte> PlainAscii =
        SearchValues.Create([.. Enumerable.Range(0, 128).Select(i => (byte)i).Where(one => !NotPlain.Contains(one))]);

    public EventId Id { get; init; }

    /// <summary>How many events the tick has.</summary>
    public int TickSize { get; init; }

    /// <summary>Whether the user liked the photo; otherwise the user viewed it.</summary>
    public bool IsLike { get; init; }

    /// <summary>The photo's id.</summary>
    public ReadOnlySpan<byte> Subject { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; init; }

    public ReadOnlySpan<byte> PhotoUrl { get; init; }

    /// <summary>The cat's breed; empty if it is not known.</summary>
    public ReadOnlySpan<byte> Breed { get; init; }

    public ReadOnlySpan<byte> UserId { get; init; }

    /// <summary>Reads the value of a Kafka record. Allocates nothing for what our own producer writes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="catEvent">The event. Its texts may be parts of <paramref name="value"/>.</param>
    /// <param name="reason">Why the value is not an event, for a person to read.</param>
    public static bool TryRead(ReadOnlySpan<byte> value, out CatEvent catEvent, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        return (value is [(byte)'{', ..] && TryReadPlain(value[1..], out catEvent))
            || CatEventReader.TryRead(value, hasPosition: false, out catEvent, out reason);
    }

    /// <summary>Reads a line of the event log.</summary>
    /// <param name="line">The line, without its line break.</param>
    /// <param name="positionLength">The length of the Kafka position that it begins with.</param>
    /// <param name="catEvent">The event. Its texts may be parts of <paramref name="line"/>.</param>
    /// <param name="reason">Why what follows the position is not an event, for a person to read.</param>
    public static bool TryReadLine(
        ReadOnlySpan<byte> line, int positionLength, out CatEvent catEvent, [NotNullWhen(false)] out string? reason)
    {
        reason = null;
        return TryReadPlain(line[positionLength..], out catEvent)
            || CatEventReader.TryRead(line, hasPosition: true, out catEvent, out reason);
    }

    /// <summary>
    /// Reads what follows an event's opening brace if it has exactly the form that <see cref="EventWriter"/> gives it:
    /// this order of attributes, no escapes, no white space. Nearly every event has it, and this is several times as fast
    /// as a JSON reader.
    /// </summary>
    internal static bool TryReadPlain(ReadOnlySpan<byte> attributes, out CatEvent catEvent)
    {
        catEvent = default;
        var rest = attributes;
        if (!TrySkip(ref rest, "\"specversion\":\"1.0\",\"id\":\""u8)
            || !TryReadText(ref rest, out var idText)
            || !EventId.TryParse(idText, out var id)
            || !TrySkip(ref rest, "\",\"source\":\"/catfunctions/simulator\",\"type\":\"catfunctions.photo."u8))
        {
            return false;
        }

        var isLike = TrySkip(ref rest, "liked"u8);
        if (!(isLike || TrySkip(ref rest, "viewed"u8))
            || !TrySkip(ref rest, "\",\"subject\":\""u8)
            || !TryReadText(ref rest, out var subject)
            || !TrySkip(ref rest, "\",\"time\":\""u8)
            || !TryReadText(ref rest, out var timeText)
            || !EventTime.TryParse(timeText, out var time)
            || !TrySkip(ref rest, "\",\"datacontenttype\":\"application/json\",\"ticksize\":"u8)
            || !Utf8Parser.TryParse(rest, out int tickSize, out var digits)
            || rest[0] is < (byte)'1' or > (byte)'9'
            || id.Index >= tickSize)
        {
            return false;
        }

        rest = rest[digits..];
        if (!TrySkip(ref rest, ",\"data\":{\"photoUrl\":\""u8)
            || !TryReadText(ref rest, out var photoUrl))
        {
            return false;
        }

        var breed = ReadOnlySpan<byte>.Empty;
        if (TrySkip(ref rest, "\",\"breed\":\""u8) && !TryReadText(ref rest, out breed))
        {
            return false;
        }

        if (!TrySkip(ref rest, "\",\"userId\":\""u8)
            || !TryReadText(ref rest, out var userId)
            || !rest.SequenceEqual("\"}}"u8)
            || Math.Max(subject.Length, Math.Max(breed.Length, userId.Length)) > EventContract.MaxTextBytes
            || photoUrl.Length > EventContract.MaxUrlBytes
            || (attributes.ContainsAnyExcept(PlainAscii) && (attributes.ContainsAny(NotPlain) || !Utf8.IsValid(attributes))))
        {
            return false;
        }

        catEvent = new CatEvent
        {
            Id = id,
            TickSize = tickSize,
            IsLike = isLike,
            Subject = subject,
            Time = time,
            PhotoUrl = photoUrl,
            Breed = breed,
            UserId = userId,
        };
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TrySkip(scoped ref ReadOnlySpan<byte> rest, scoped ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
        {
            return false;
        }

        rest = rest[expected.Length..];
        return true;
    }

    // A text that is not empty, up to its closing quote.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadText(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        var end = rest.IndexOf((byte)'"');
        if (end <= 0)
        {
            text = default;
            return false;
        }

        text = rest[..end];
        rest = rest[end..];
        return true;
    }
}
