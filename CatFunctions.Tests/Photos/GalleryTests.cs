namespace CatFunctions.Tests.Photos;

public sealed class GalleryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_photos_come_first()
    {
        var gallery = Gallery.Empty.Add(Photos("a", "b"), Noon).Add(Photos("c", "d"), Noon.AddMinutes(5));

        Ids(gallery).ShouldBe(["c", "d", "a", "b"]);
        gallery.Photos.Select(photo => photo.AddedAt)
            .ShouldBe([Noon.AddMinutes(5), Noon.AddMinutes(5), Noon, Noon]);
    }

    [Fact]
    public void A_photo_on_show_is_not_added_again_and_does_not_become_new()
    {
        var gallery = Gallery.Empty.Add(Photos("a", "b"), Noon);

        var later = gallery.Add([new("b", "https://cats.example/other.jpg"), .. Photos("c")], Noon.AddMinutes(5));

        Ids(later).ShouldBe(["c", "a", "b"]);
        later.Photos[2].ShouldBe(gallery.Photos[1]);
    }

    [Fact]
    public void The_same_new_photo_twice_is_added_once() =>
        Ids(Gallery.Empty.Add(Photos("a", "a"), Noon)).ShouldBe(["a"]);

    [Fact]
    public void The_oldest_photos_leave_when_it_is_full()
    {
        var gallery = Gallery.Empty;
        for (var refresh = 0; refresh < 7; refresh++)
        {
            var ids = Enumerable.Range(0, 10).Select(i => $"{refresh}-{i}");
            gallery = gallery.Add(Photos([.. ids]), Noon.AddMinutes(refresh));
        }

        gallery.Photos.Length.ShouldBe(Gallery.Capacity);
        gallery.Photos[0].Photo.Id.ShouldBe("6-0");
        gallery.Photos[^1].Photo.Id.ShouldBe("2-9");
    }

    [Fact]
    public void More_photos_than_it_holds_are_cut_off() =>
        Gallery.Empty.Add(Photos([.. Enumerable.Range(0, 100).Select(i => $"{i}")]), Noon)
            .Photos.Length.ShouldBe(Gallery.Capacity);

    [Fact]
    public void A_gallery_never_changes()
    {
        var gallery = Gallery.Empty.Add(Photos("a"), Noon);

        gallery.Add(Photos("b"), Noon);

        Ids(gallery).ShouldBe(["a"]);
        Gallery.Empty.Photos.ShouldBeEmpty();
    }

    private static IEnumerable<string> Ids(Gallery gallery) => gallery.Photos.Select(photo => photo.Photo.Id);

    private static CatPhoto[] Photos(params string[] ids) =>
        [.. ids.Select(id => new CatPhoto(id, $"https://cats.example/{id}.jpg"))];
}
