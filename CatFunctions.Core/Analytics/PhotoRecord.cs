namespace CatFunctions.Core.Analytics;

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
