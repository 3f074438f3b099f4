namespace CatFunctions.Tests.Simulation;

internal static class Galleries
{
    /// <summary>A gallery of photos of one age, with the ids <c>cat-0</c>, <c>cat-1</c>, …</summary>
    public static Gallery Of(int count, DateTimeOffset addedAt) =>
        new([.. Enumerable.Range(0, count).Select(i => new GalleryPhoto(Photo($"cat-{i}"), addedAt))]);

    public static CatPhoto Photo(string id, string? breed = null) =>
        new(id, $"https://cdn2.thecatapi.com/images/{id}.jpg", breed);
}
