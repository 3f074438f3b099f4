using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Tests.Photos;

public sealed class PhotoServicesTests
{
    [Theory]
    [InlineData(PhotoMode.Auto)]
    [InlineData(PhotoMode.Live)]
    public async Task Photos_come_from_TheCatAPI_when_it_answers(PhotoMode mode)
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.File("images-search.json"));

        var gallery = await GalleryAsync(mode, api.Address);

        gallery.Photos.Length.ShouldBe(10);
        gallery.Photos.ShouldAllBe(photo => photo.Photo.Url.StartsWith("https://"));
    }

    [Fact]
    public async Task In_mode_auto_the_bundled_sample_stands_in_for_TheCatAPI()
    {
        var gallery = await GalleryAsync(PhotoMode.Auto, await FakeCatApi.AddressOfNobodyAsync());

        gallery.Photos.Select(photo => photo.Photo).ShouldBe(SampleCatalogue.Photos);
    }

    [Fact]
    public async Task In_mode_live_nothing_stands_in_for_TheCatAPI()
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.Status(403));

        await Should.ThrowAsync<PhotoSourceException>(() => GalleryAsync(PhotoMode.Live, api.Address));
    }

    [Fact]
    public async Task In_mode_sample_nothing_is_fetched()
    {
        await using var api = await FakeCatApi.StartAsync(FakeCatApi.File("images-search.json"));

        var gallery = await GalleryAsync(PhotoMode.Sample, api.Address);

        gallery.Photos.Length.ShouldBe(10);
        gallery.Photos.ShouldAllBe(photo => photo.Photo.Url.StartsWith("sample:"));
        api.Requests.ShouldBeEmpty();
    }

    private static async Task<Gallery> GalleryAsync(PhotoMode mode, string address)
    {
        var settings = new Dictionary<string, string?> { ["CatApi:BaseAddress"] = address };
        await using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddLogging()
            .AddPhotos(mode)
            .BuildServiceProvider(validateScopes: true);
        return await services.GetRequiredService<GalleryRefresher>().GetAsync(CancellationToken.None);
    }
}
