using System.Text;
using CatFunctions.Core.EventLog.Storage;

namespace CatFunctions.Core.Analytics;

/// <summary>
/// The photos of the log, numbered from 0 in the order in which they were first seen. It stays bounded whatever the events
/// hold: beyond <see cref="MaxPhotos"/>, or <see cref="MaxTextBytes"/> of their ids and addresses, no photo is added.
/// </summary>
internal sealed class PhotoTable
{
    /// <summary>How many photos are known one by one.</summary>
    public const int MaxPhotos = 200_000;

    /// <summary>How many bytes their ids and addresses may take: 160 for each of <see cref="MaxPhotos"/>.</summary>
    public const int MaxTextBytes = 160 * MaxPhotos;

    /// <summary>How many breeds are known by name.</summary>
    public const int MaxBreeds = 100_000;

    private readonly TextTable _ids = new();
    private readonly TextTable _breeds = new();
    private readonly List<PhotoRecord> _photos = [];
    private long _textBytes;

    public int Count => _photos.Count;

    /// <summary>What its memory grows with, in units of some hundred bytes.</summary>
    public int Size => Count + (int)(_textBytes / 256);

    /// <summary>Whether there were more photos than are known one by one.</summary>
    public bool IsFull { get; private set; }

    /// <summary>How many breeds are known by name; they are numbered from 0.</summary>
    public int BreedCount => _breeds.Count;

    /// <summary>Whether there were more breeds than are known by name.</summary>
    public bool IsFullOfBreeds { get; private set; }

    /// <summary>The photo of a number.</summary>
    public PhotoRecord this[int number] => _photos[number];

    /// <summary>The id of a photo, in UTF-8.</summary>
    public ReadOnlySpan<byte> IdOf(int number) => _ids[number];

    /// <summary>The name of a breed, in UTF-8.</summary>
    public ReadOnlySpan<byte> BreedOf(int number) => _breeds[number];

    /// <summary>What is known of a photo, as text; the breed is null if it is not known.</summary>
    public (string Id, string Url, string? Breed) TextsOf(int number) => (
        Encoding.UTF8.GetString(IdOf(number)),
        Encoding.UTF8.GetString(_photos[number].Url),
        _photos[number].Breed is { } breed ? Encoding.UTF8.GetString(BreedOf(breed)) : null);

    /// <summary>The number of a breed; null if there is none of this name.</summary>
    public int? FindBreed(ReadOnlySpan<byte> name) => _breeds.Find(name);

    /// <summary>The number of a photo; null if it is not known.</summary>
    public int? Find(ReadOnlySpan<byte> id) => _ids.Find(id);

    /// <summary>The number of a photo, which is added if it is new and there is room; null if there is none.</summary>
    public int? NumberOf(ReadOnlySpan<byte> id)
    {
        if (Count == MaxPhotos || _textBytes + id.Length > MaxTextBytes)
        {
            var known = _ids.Find(id);
            IsFull |= known is null;
            return known;
        }

        var number = _ids.NumberOf(id);
        if (number == Count)
        {
            _photos.Add(new PhotoRecord());
            _textBytes += id.Length;
        }

        return number;
    }

    /// <summary>Adds what an event says about a photo. The event that was recorded last applies.</summary>
    /// <param name="number">The photo.</param>
    /// <param name="position">Where the event is in the log.</param>
    /// <param name="url">Where the image is, in UTF-8.</param>
    /// <param name="breed">The cat's breed, in UTF-8; empty if it is not known.</param>
    public void Describe(int number, in LogPosition position, ReadOnlySpan<byte> url, ReadOnlySpan<byte> breed) =>
        Describe(number, position, url, copy: null, breed);

    private void Describe(int number, in LogPosition position, ReadOnlySpan<byte> url, byte[]? copy, ReadOnlySpan<byte> breed)
    {
        var photo = _photos[number];
        if (position.CompareTo(photo.Described) < 0)
        {
            return;
        }

        photo.Described = position;
        if (!url.SequenceEqual(photo.Url))
        {
            var growth = url.Length - photo.Url.Length;
            var fits = _textBytes + growth <= MaxTextBytes;
            IsFull |= !fits;
            _textBytes += fits ? growth : -photo.Url.Length;
            photo.Url = fits ? copy ?? url.ToArray() : [];
        }

        if (!breed.SequenceEqual(photo.Breed is { } known ? _breeds[known] : default))
        {
            photo.Breed = breed.IsEmpty ? null : NumberOfBreed(breed);
        }
    }

    /// <summary>Adds all photos of another table.</summary>
    /// <returns>The numbers here, by the numbers there; null for those without room.</returns>
    public int?[] Merge(PhotoTable other)
    {
        IsFull |= other.IsFull;
        IsFullOfBreeds |= other.IsFullOfBreeds;
        var numbers = new int?[other.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = NumberOf(other.IdOf(i));
            if (numbers[i] is { } number)
            {
                var photo = other[i];
                _photos[number].Total += photo.Total;
                Describe(number, photo.Described, photo.Url, copy: photo.Url, photo.Breed is { } breed ? other._breeds[breed] : default);
            }
        }

        return numbers;
    }

    /// <summary>Writes it so that <see cref="Read"/> reads it; it must not be full.</summary>
    public void Write(StateWriter writer)
    {
        writer.Write7BitEncodedInt(Count);
        for (var i = 0; i < Count; i++)
        {
            var photo = _photos[i];
            writer.WriteText(_ids[i]);
            photo.Total.Write(writer);
            writer.WriteText(photo.Url);
            writer.WriteText(photo.Breed is { } breed ? _breeds[breed] : default);
            writer.Write7BitEncodedInt(photo.Described.Generation);
            writer.Write7BitEncodedInt64(photo.Described.Offset);
            writer.Write7BitEncodedInt(photo.Described.Partition);
        }
    }

    /// <summary>Adds what was written.</summary>
    /// <returns>The numbers here, by the numbers there; null for those without room.</returns>
    public int?[] Read(ref StateReader reader)
    {
        var numbers = new int?[reader.ReadInt()];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = NumberOf(reader.ReadText());
            var total = Tally.Read(ref reader);
            var url = reader.ReadText();
            var breed = reader.ReadText();
            var position = new LogPosition(reader.ReadInt(), reader.ReadLong(), reader.ReadInt());
            if (numbers[i] is { } number)
            {
                _photos[number].Total += total;
                Describe(number, position, url, breed);
            }
        }

        return numbers;
    }

    private int? NumberOfBreed(ReadOnlySpan<byte> breed)
    {
        if (_breeds.Count < MaxBreeds)
        {
            return _breeds.NumberOf(breed);
        }

        var known = _breeds.Find(breed);
        IsFullOfBreeds |= known is null;
        return known;
    }
}

/// <summary>What is known about a photo, over the whole log.</summary>
internal sealed class PhotoRecord
{
    /// <summary>All of its views and likes.</summary>
    public Tally Total;

    /// <summary>Where its image is, in UTF-8; empty where there is no room for it.</summary>
    public byte[] Url = [];

    /// <summary>The number of the cat's breed; null if it is not known.</summary>
    public int? Breed;

    /// <summary>Where the event is that these come from.</summary>
    public LogPosition Described;
}
