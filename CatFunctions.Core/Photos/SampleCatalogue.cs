namespace CatFunctions.Core.Photos;

/// <summary>Sixteen cats drawn for this project: photos that need no network.</summary>
public sealed class SampleCatalogue : IPhotoSource
{
    private const string Scheme = "sample:";
    private const int Handful = 10;
    private const int Step = 2;

    private int _start = -Step;

    public static IReadOnlyList<CatPhoto> Photos { get; } =
    [
        Sample("biscuit", "Scottish Fold"),
        Sample("blossom", "Turkish Van"),
        Sample("bramble", "Maine Coon"),
        Sample("curly", "American Curl"),
        Sample("domino", "Domestic Shorthair"),
        Sample("ember", "Abyssinian"),
        Sample("indigo", "Siamese"),
        Sample("jazz", "Bengal"),
        Sample("luna", "Bombay"),
        Sample("marmalade", "American Shorthair"),
        Sample("misty", "Russian Blue"),
        Sample("mochi", "Japanese Bobtail"),
        Sample("pebble", "British Shorthair"),
        Sample("plum", "Sphynx"),
        Sample("snowdrop", "Persian"),
        Sample("willow", "Ragdoll"),
    ];

    /// <summary>Opens a drawing as SVG; null if there is none of that name.</summary>
    /// <param name="name">What follows <c>sample:</c> in the photo's address.</param>
    public static Stream? OpenDrawing(string name) =>
        Photos.Any(photo => photo.Url == Scheme + name)
            ? typeof(SampleCatalogue).Assembly.GetManifestResourceStream(typeof(SampleCatalogue), $"Samples.{name}.svg")
            : null;

    /// <summary>Gets ten of them; each call starts two photos after the previous one.</summary>
    public Task<IReadOnlyList<CatPhoto>> GetPhotosAsync(CancellationToken cancellationToken)
    {
        var start = Interlocked.Add(ref _start, Step);
        return Task.FromResult<IReadOnlyList<CatPhoto>>(
            [.. Enumerable.Range(start, Handful).Select(index => Photos[index % Photos.Count])]);
    }

    private static CatPhoto Sample(string name, string breed) => new($"sample-{name}", Scheme + name, breed);
}
