using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Events;

/// <summary>Writes the interactions of a tick as events: compact UTF-8, a pure function of what it is given.</summary>
internal sealed class EventWriter : IDisposable
{
    /// <summary>Escapes little more than JSON asks for: events are data, never part of a page.</summary>
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    private static readonly ConditionalWeakTable<CatPhoto, PhotoText> PhotoTexts = [];

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly byte[] _id = new byte[32];
    private readonly int _idPrefix;
    private readonly int _tickSize;

    private EventWriter(Tick tick, int tickSize)
    {
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });
        _tickSize = tickSize;
        tick.ScheduledTime.UtcDateTime.TryFormat(
            _id, out var length, EventContract.TickFormat, CultureInfo.InvariantCulture);
        _id[length] = (byte)'-';
        _idPrefix = length + 1;
    }

    /// <summary>The events of a tick, one for each of its interactions.</summary>
    public static TickEvents Write(Tick tick, Gallery gallery, ReadOnlySpan<Interaction> interactions)
    {
        var photos = gallery.Photos
            .Select(shown => PhotoTexts.GetValue(shown.Photo, photo => new PhotoText(photo)))
            .ToArray();

        using var writer = new EventWriter(tick, interactions.Length);
        var events = new TickEvents(interactions.Length);
        for (var i = 0; i < interactions.Length; i++)
        {
            var photo = photos[interactions[i].Photo];
            events.Add(photo.Key, writer.Write(i, interactions[i], photo));
        }

        return events;
    }

    public void Dispose() => _json.Dispose();

    /// <summary>The bytes of one event, which the next one overwrites.</summary>
    private ReadOnlySpan<byte> Write(int index, in Interaction interaction, PhotoText photo)
    {
        Span<byte> text = stackalloc byte[32];
        _buffer.ResetWrittenCount();
        _json.Reset();

        _json.WriteStartObject();
        _json.WriteString(Name.SpecVersion, Value.SpecVersion);
        _json.WriteString(Name.Id, FormatId(index));
        _json.WriteString(Name.Source, Value.Source);
        _json.WriteString(Name.Type, interaction.Kind == InteractionKind.Viewed ? Value.Viewed : Value.Liked);
        _json.WriteString(Name.Subject, photo.Id);
        _json.WriteString(Name.Time, FormatTime(interaction.Time, text));
        _json.WriteString(Name.DataContentType, Value.DataContentType);
        _json.WriteNumber(Name.TickSize, _tickSize);
        _json.WriteStartObject(Name.Data);
        _json.WriteString(Name.PhotoUrl, photo.Url);
        if (photo.Breed is { } breed)
        {
            _json.WriteString(Name.Breed, breed);
        }

        _json.WriteString(Name.UserId, FormatUser(interaction.UserId, text));
        _json.WriteEndObject();
        _json.WriteEndObject();

        _json.Flush();
        return _buffer.WrittenSpan;
    }

    private ReadOnlySpan<byte> FormatId(int index)
    {
        index.TryFormat(_id.AsSpan(_idPrefix), out var length, provider: CultureInfo.InvariantCulture);
        return _id.AsSpan(0, _idPrefix + length);
    }

    /// <summary>
    /// Formats as <see cref="EventContract.TimeFormat"/> says: by the round-trip format, several times faster than a
    /// custom one, cut off after the milliseconds.
    /// </summary>
    private static ReadOnlySpan<byte> FormatTime(DateTimeOffset time, Span<byte> text)
    {
        const int Length = 24;
        time.UtcDateTime.TryFormat(text, out _, "O", CultureInfo.InvariantCulture);
        text[Length - 1] = (byte)'Z';
        return text[..Length];
    }

    private static ReadOnlySpan<byte> FormatUser(int userId, Span<byte> text)
    {
        var prefix = "user-"u8;
        prefix.CopyTo(text);
        userId.TryFormat(text[prefix.Length..], out var length, provider: CultureInfo.InvariantCulture);
        return text[..(prefix.Length + length)];
    }

    /// <summary>Text as it stands in JSON. Half of a surrogate pair, which has no UTF-8, becomes U+FFFD.</summary>
    private static JsonEncodedText Encode(string text) => JsonEncodedText.Encode(Encoding.UTF8.GetBytes(text), Encoder);

    /// <summary>The texts of a photo, encoded once for all of its events.</summary>
    private sealed class PhotoText(CatPhoto photo)
    {
        public string Key { get; } = photo.Id;

        public JsonEncodedText Id { get; } = Encode(photo.Id);

        public JsonEncodedText Url { get; } = Encode(photo.Url);

        public JsonEncodedText? Breed { get; } = photo.Breed is { } breed ? Encode(breed) : null;
    }

    private static class Name
    {
        public static readonly JsonEncodedText SpecVersion = Encode(EventContract.SpecVersion);
        public static readonly JsonEncodedText Id = Encode(EventContract.Id);
        public static readonly JsonEncodedText Source = Encode(EventContract.Source);
        public static readonly JsonEncodedText Type = Encode(EventContract.Type);
        public static readonly JsonEncodedText Subject = Encode(EventContract.Subject);
        public static readonly JsonEncodedText Time = Encode(EventContract.Time);
        public static readonly JsonEncodedText DataContentType = Encode(EventContract.DataContentType);
        public static readonly JsonEncodedText TickSize = Encode(EventContract.TickSize);
        public static readonly JsonEncodedText Data = Encode(EventContract.Data);
        public static readonly JsonEncodedText PhotoUrl = Encode(EventContract.PhotoUrl);
        public static readonly JsonEncodedText Breed = Encode(EventContract.Breed);
        public static readonly JsonEncodedText UserId = Encode(EventContract.UserId);
    }

    private static class Value
    {
        public static readonly JsonEncodedText SpecVersion = Encode(EventContract.SpecVersionValue);
        public static readonly JsonEncodedText Source = Encode(EventContract.SourceValue);
        public static readonly JsonEncodedText Viewed = Encode(EventContract.ViewedType);
        public static readonly JsonEncodedText Liked = Encode(EventContract.LikedType);
        public static readonly JsonEncodedText DataContentType = Encode(EventContract.DataContentTypeValue);
    }
}
