using System.Text.Json;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// Reads the lines of the event log: those in the form of our own producer as <see cref="PlainEvent"/>, every other
/// valid one with a JSON reader, to the same result. Not for concurrent use.
/// </summary>
internal sealed class EventLineReader
{
    // Holds the texts of one line without their escapes, which are never shorter than what they stand for.
    private byte[] _texts = [];

    /// <summary>Reads a line; false if it is not one of the event log, which the verifier tells.</summary>
    /// <param name="line">The line without its line break.</param>
    /// <param name="offset">Its Kafka offset.</param>
    /// <param name="logged">The event; the next call overwrites its texts.</param>
    public bool TryRead(ReadOnlySpan<byte> line, out long offset, out LoggedEvent logged)
    {
        logged = default;
        if (!LogLine.TryReadPosition(line, out _, out offset, out var positionLength))
        {
            return false;
        }

        if (!PlainEvent.TryReadMembers(line[positionLength..], out var plain))
        {
            return TryReadJson(line, out logged);
        }

        logged = new LoggedEvent
        {
            Id = plain.Id,
            TickSize = plain.TickSize,
            IsLike = plain.IsLike,
            Time = plain.Time,
            PhotoId = plain.Subject,
            PhotoUrl = plain.PhotoUrl,
            Breed = plain.Breed,
            UserId = plain.UserId,
        };
        return true;
    }

    /// <summary>Reads a line of any form.</summary>
    internal bool TryReadJson(ReadOnlySpan<byte> line, out LoggedEvent logged)
    {
        logged = default;
        if (_texts.Length < line.Length)
        {
            _texts = new byte[line.Length];
        }

        try
        {
            return TryReadMembers(line, _texts, out logged);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static bool TryReadMembers(ReadOnlySpan<byte> line, Span<byte> texts, out LoggedEvent logged)
    {
        logged = default;
        const EventAttributes Needed = EventAttributes.Id | EventAttributes.Type | EventAttributes.Subject
            | EventAttributes.Time | EventAttributes.TickSize | EventAttributes.Data;

        EventId id = default;
        var (tickSize, isLike, time) = (0, false, default(DateTimeOffset));
        ReadOnlySpan<byte> photoId = default, photoUrl = default, breed = default, userId = default;

        var seen = EventAttributes.None;
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var attribute = EventAttributeNames.Match(in reader);
            seen |= attribute;
            reader.Read();
            switch (attribute)
            {
                case EventAttributes.Id:
                    if (!EventId.TryParse(ReadText(in reader, ref texts), out id))
                    {
                        return false;
                    }

                    break;
                case EventAttributes.TickSize:
                    tickSize = reader.GetInt32();
                    break;
                case EventAttributes.Type:
                    isLike = reader.ValueTextEquals(EventContract.LikedType);
                    break;
                case EventAttributes.Time:
                    time = reader.GetDateTimeOffset();
                    break;
                case EventAttributes.Subject:
                    photoId = ReadText(in reader, ref texts);
                    break;
                case EventAttributes.Data:
                    ReadData(ref reader, ref texts, out photoUrl, out breed, out userId);
                    break;
            }

            reader.Skip();
        }

        logged = new LoggedEvent
        {
            Id = id,
            TickSize = tickSize,
            IsLike = isLike,
            Time = time,
            PhotoId = photoId,
            PhotoUrl = photoUrl,
            Breed = breed,
            UserId = userId,
        };
        return (seen & Needed) == Needed && id.Index < tickSize && !photoUrl.IsEmpty && !userId.IsEmpty;
    }

    private static void ReadData(
        scoped ref Utf8JsonReader reader,
        scoped ref Span<byte> texts,
        out ReadOnlySpan<byte> photoUrl,
        out ReadOnlySpan<byte> breed,
        out ReadOnlySpan<byte> userId)
    {
        photoUrl = breed = userId = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(EventContract.PhotoUrl))
            {
                reader.Read();
                photoUrl = ReadText(in reader, ref texts);
            }
            else if (reader.ValueTextEquals(EventContract.Breed))
            {
                reader.Read();
                breed = ReadText(in reader, ref texts);
            }
            else if (reader.ValueTextEquals(EventContract.UserId))
            {
                reader.Read();
                userId = ReadText(in reader, ref texts);
            }

            reader.Skip();
        }
    }

    private static ReadOnlySpan<byte> ReadText(scoped in Utf8JsonReader reader, scoped ref Span<byte> texts)
    {
        var text = texts[..reader.CopyString(texts)];
        texts = texts[text.Length..];
        return text;
    }
}
