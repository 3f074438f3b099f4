namespace CatFunctions.Core.Analytics;

/// <summary>All photos of the log, numbered from 0 in the order in which they were first seen.</summary>
internal sealed class PhotoTable
{
    private readonly List<PhotoRecord> _photos = [];
    private readonly Dictionary<byte[], int> _numbers = new(Utf8Comparer.Instance);
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public PhotoTable() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>How many there are.</summary>
    public int Count => _photos.Count;

    /// <summary>The photo of a number.</summary>
    public PhotoRecord this[int number] => _photos[number];

    /// <summary>The number of a photo, which is added if it is new.</summary>
    public int NumberOf(ReadOnlySpan<byte> id)
    {
        if (!_lookup.TryGetValue(id, out var number))
        {
            var key = id.ToArray();
            number = _photos.Count;
            _numbers.Add(key, number);
            _photos.Add(new PhotoRecord(key));
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
            numbers[i] = NumberOf(other[i].Id);
            _photos[numbers[i]].Merge(other[i]);
        }

        return numbers;
    }
}
