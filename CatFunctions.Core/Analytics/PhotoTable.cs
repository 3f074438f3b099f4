namespace CatFunctions.Core.Analytics;

/// <summary>All photos of the log, numbered from 0 in the order in which they were first seen.</summary>
internal sealed class PhotoTable
{
    private readonly TextTable _ids = new();
    private readonly List<PhotoRecord> _photos = [];

    /// <summary>How many there are.</summary>
    public int Count => _photos.Count;

    /// <summary>The photo of a number.</summary>
    public PhotoRecord this[int number] => _photos[number];

    /// <summary>The id of a photo, in UTF-8.</summary>
    public ReadOnlySpan<byte> IdOf(int number) => _ids[number];

    /// <summary>The number of a photo, which is added if it is new.</summary>
    public int NumberOf(ReadOnlySpan<byte> id)
    {
        var number = _ids.NumberOf(id);
        if (number == _photos.Count)
        {
            _photos.Add(new PhotoRecord());
        }

        return number;
    }

    /// <summary>Takes in all photos of another table.</summary>
    /// <returns>The numbers here, by the numbers there.</returns>
    public int[] Merge(PhotoTable other)
    {
        var numbers = new int[other.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = NumberOf(other.IdOf(i));
            _photos[numbers[i]].Merge(other[i]);
        }

        return numbers;
    }
}

/// <summary>What is known of a photo, over the whole log.</summary>
internal sealed class PhotoRecord
{
    private byte[] _url = [];
    private byte[] _breed = [];
    private LogPosition _described;

    /// <summary>All of its views and likes.</summary>
    public Tally Total;

    /// <summary>Where its image is, in UTF-8.</summary>
    public ReadOnlySpan<byte> Url => _url;

    /// <summary>The cat's breed in UTF-8; empty if it is not known.</summary>
    public ReadOnlySpan<byte> Breed => _breed;

    /// <summary>Takes in what an event says of the photo. The one that was recorded last holds.</summary>
    public void Describe(in LogPosition position, ReadOnlySpan<byte> url, ReadOnlySpan<byte> breed)
    {
        if (position.CompareTo(_described) < 0)
        {
            return;
        }

        _described = position;
        if (!url.SequenceEqual(_url))
        {
            _url = url.ToArray();
        }

        if (!breed.SequenceEqual(_breed))
        {
            _breed = breed.ToArray();
        }
    }

    /// <summary>Takes in all that another part of the log says of the photo.</summary>
    public void Merge(PhotoRecord other)
    {
        Total += other.Total;
        Describe(other._described, other._url, other._breed);
    }
}
