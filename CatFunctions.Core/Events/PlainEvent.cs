using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace CatFunctions.Core.Events;

/// <summary>
/// A valid event in exactly the form that our own producer writes: this order of attributes, no escapes, no white
/// space. Nearly every event is one, and reading it so is several times as fast as with a JSON reader.
/// What is not plain may still be valid: <see cref="CatEventValidator"/> decides.
/// </summary>
internal readonly ref struct PlainEvent
{
    // With none of these in it, a JSON text has no escapes, and its strings end at the next quote.
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create([(byte)'\\', .. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private PlainEvent(
        EventId id,
        bool isLike,
        ReadOnlySpan<byte> subject,
        DateTimeOffset time,
        int tickSize,
        ReadOnlySpan<byte> photoUrl,
        ReadOnlySpan<byte> breed,
        ReadOnlySpan<byte> userId)
    {
        Id = id;
        IsLike = isLike;
        Subject = subject;
        Time = time;
        TickSize = tickSize;
        PhotoUrl = photoUrl;
        Breed = breed;
        UserId = userId;
    }

    /// <summary>The event's id.</summary>
    public EventId Id { get; }

    /// <summary>Whether the user liked the photo; else the user viewed it.</summary>
    public bool IsLike { get; }

    /// <summary>The photo's id, in UTF-8.</summary>
    public ReadOnlySpan<byte> Subject { get; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>How many events the tick has.</summary>
    public int TickSize { get; }

    /// <summary>Where the photo is, in UTF-8.</summary>
    public ReadOnlySpan<byte> PhotoUrl { get; }

    /// <summary>The cat's breed, in UTF-8; empty if it is not known.</summary>
    public ReadOnlySpan<byte> Breed { get; }

    /// <summary>The user, in UTF-8.</summary>
    public ReadOnlySpan<byte> UserId { get; }

    /// <summary>Reads an event; false if it is not a plain one, or not valid.</summary>
    /// <param name="json">The value of a record.</param>
    /// <param name="plainEvent">The event. Its spans are parts of <paramref name="json"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, out PlainEvent plainEvent)
    {
        plainEvent = default;
        return json is [(byte)'{', ..] && TryReadMembers(json[1..], out plainEvent);
    }

    /// <summary>Reads an event from behind its opening brace.</summary>
    public static bool TryReadMembers(ReadOnlySpan<byte> json, out PlainEvent plainEvent)
    {
        plainEvent = default;
        var rest = json;
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
            || !UtcTime.TryParseExtended(timeText, out var time)
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
            || json.ContainsAny(NotPlain)
            || !Utf8.IsValid(json))
        {
            return false;
        }

        plainEvent = new PlainEvent(id, isLike, subject, time, tickSize, photoUrl, breed, userId);
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
