using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Events;

/// <summary>Writes the interactions of a tick as events: compact UTF-8, a pure function of what it is given.</summary>
internal sealed class EventWriter : IDisposable
{
    private static readonly ConditionalWeakTable<CatPhoto, PhotoText> PhotoTexts = [];

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly Utf8JsonWriter _json;
    private readonly byte[] _id = new byte[32];
    private readonly int _idPrefix;
    private readonly int _tickSize;

    private EventWriter(Tick tick, int tickSize)
    {
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = EventContract.Encoder, SkipValidation = true });
        _tickSize = tickSize;
        tick.ScheduledTime.UtcDateTime.TryFormat(
            _id, out var length, Tick.NameFormat, CultureInfo.InvariantCulture);
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
        Write(EventField.SpecVersion, EventContract.SpecVersion);
        Write(EventField.Id, FormatId(index));
        Write(EventField.Source, EventContract.Source);
        Write(EventField.Type, interaction.Kind == InteractionKind.Liked ? EventContract.LikedType : EventContract.ViewedType);
        Write(EventField.Subject, photo.Id);
        Write(EventField.Time, FormatTime(interaction.Time, text));
        Write(EventField.DataContentType, EventContract.DataContentType);
        _json.WriteNumber(EventContract.Name(EventField.TickSize), _tickSize);
        _json.WriteStartObject(EventContract.Name(EventField.Data));
        Write(EventField.PhotoUrl, photo.Url);
        if (photo.Breed is { } breed)
        {
            Write(EventField.Breed, breed);
        }

        Write(EventField.UserId, FormatUser(interaction.UserId, text));
        _json.WriteEndObject();
        _json.WriteEndObject();

        _json.Flush();
        return _buffer.WrittenSpan;
    }

    private void Write(EventField field, JsonEncodedText text) => _json.WriteString(EventContract.Name(field), text);

    private void Write(EventField field, ReadOnlySpan<byte> text) => _json.WriteString(EventContract.Name(field), text);

    private ReadOnlySpan<byte> FormatId(int index)
    {
        index.TryFormat(_id.AsSpan(_idPrefix), out var length, provider: CultureInfo.InvariantCulture);
        return _id.AsSpan(0, _idPrefix + length);
    }

    // In UTC, to the millisecond: the round-trip format, which is several times faster than a custom one, cut off.
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

    /// <summary>The texts of a photo, encoded once for all of its events.</summary>
    private sealed class PhotoText(CatPhoto photo)
    {
        public string Key { get; } = photo.Id;

        public JsonEncodedText Id { get; } = EventContract.Encode(photo.Id);

        public JsonEncodedText Url { get; } = EventContract.Encode(photo.Url);

        public JsonEncodedText? Breed { get; } = photo.Breed is { } breed ? EventContract.Encode(breed) : null;
    }
}
