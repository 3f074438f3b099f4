using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Core.Events;

/// <summary>
/// Writes the interactions of a tick as events: compact UTF-8, a pure function of what it is given. Of an event only three
/// numbers and a time are its own; the JSON around them is encoded once for its tick or its photo.
/// </summary>
internal static class EventWriter
{
    private const int LongestNumber = 11;
    private const int TimeLength = 24;

    private static readonly ConditionalWeakTable<CatPhoto, PhotoText> PhotoTexts = [];
    private static readonly byte[] End = "\"}}"u8.ToArray();

    /// <summary>The events of a tick, one for each of its interactions.</summary>
    public static TickEvents Write(Tick tick, Gallery gallery, ReadOnlySpan<Interaction> interactions)
    {
        var photos = gallery.Photos
            .Select(shown => PhotoTexts.GetValue(shown.Photo, photo => new PhotoText(photo)))
            .ToArray();
        var toIndex = Encoding.UTF8.GetBytes(
            $$"""{{{Member(EventField.SpecVersion, EventContract.SpecVersion)}},{{Opening(EventField.Id)}}{{Tick.NameOf(tick.ScheduledTime)}}-""");
        var timeToData = Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            ",{{Member(EventField.DataContentType, EventContract.DataContentType)}},"{{EventContract.Name(EventField.TickSize)}}":{{interactions.Length}},"{{EventContract.Name(EventField.Data)}}":{
            """));
        var longestPhoto = photos.Select(photo => photo.MaxLength).DefaultIfEmpty().Max();
        var buffer = new byte[toIndex.Length + timeToData.Length + longestPhoto + (2 * LongestNumber) + "0000-00-00T00:00:00.0000000Z".Length + End.Length];

        var events = new TickEvents(interactions.Length);
        for (var i = 0; i < interactions.Length; i++)
        {
            ref readonly var interaction = ref interactions[i];
            var photo = photos[interaction.Photo];
            var rest = buffer.AsSpan();
            Append(ref rest, toIndex);
            Append(ref rest, i);
            Append(ref rest, interaction.Kind == InteractionKind.Liked ? photo.IndexToTimeOfLike : photo.IndexToTimeOfView);
            Append(ref rest, interaction.Time);
            Append(ref rest, timeToData);
            Append(ref rest, photo.DataToUser);
            Append(ref rest, interaction.UserId);
            Append(ref rest, End);
            events.Add(photo.Key, buffer.AsSpan(0, buffer.Length - rest.Length));
        }

        return events;
    }

    private static void Append(ref Span<byte> rest, byte[] text)
    {
        text.CopyTo(rest);
        rest = rest[text.Length..];
    }

    private static void Append(ref Span<byte> rest, int number)
    {
        number.TryFormat(rest, out var length, provider: CultureInfo.InvariantCulture);
        rest = rest[length..];
    }

    // In UTC, to the millisecond: the round-trip format, which is several times faster than a custom one, cut off.
    private static void Append(ref Span<byte> rest, DateTimeOffset time)
    {
        time.UtcDateTime.TryFormat(rest, out _, "O", CultureInfo.InvariantCulture);
        rest[TimeLength - 1] = (byte)'Z';
        rest = rest[TimeLength..];
    }

    private static string Opening(EventField field) => $"\"{EventContract.Name(field)}\":\"";

    private static string Member(EventField field, JsonEncodedText value) => $"{Opening(field)}{value}\"";

    /// <summary>The JSON of a photo's events, between their own parts.</summary>
    private sealed class PhotoText
    {
        public PhotoText(CatPhoto photo)
        {
            Key = photo.Id;
            IndexToTimeOfView = IndexToTime(EventContract.ViewedType);
            IndexToTimeOfLike = IndexToTime(EventContract.LikedType);
            var breed = photo.Breed is null ? "" : $"{Member(EventField.Breed, EventContract.Encode(photo.Breed))},";
            DataToUser = Encoding.UTF8.GetBytes(
                $"{Member(EventField.PhotoUrl, EventContract.Encode(photo.Url))},{breed}{Opening(EventField.UserId)}user-");

            byte[] IndexToTime(JsonEncodedText type) => Encoding.UTF8.GetBytes(
                $"\",{Member(EventField.Source, EventContract.Source)},{Member(EventField.Type, type)},"
                + $"{Member(EventField.Subject, EventContract.Encode(photo.Id))},{Opening(EventField.Time)}");
        }

        public string Key { get; }

        public byte[] IndexToTimeOfView { get; }

        public byte[] IndexToTimeOfLike { get; }

        public byte[] DataToUser { get; }

        public int MaxLength => Math.Max(IndexToTimeOfView.Length, IndexToTimeOfLike.Length) + DataToUser.Length;
    }
}
