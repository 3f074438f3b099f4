namespace CatFunctions.Tests.Photos;

public sealed class CatApiReaderTests
{
    private const string Url = "https://cats.example/a.jpg";

    [Theory]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":{}}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":"Abyssinian"}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":[7]}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":[null]}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":[{"id":1,"name":2}]}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":[{"name":"  "}]}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":[{"name":"Aby\u001b[31m"}]}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":[{"name":"\ud800"}]}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","width":"1280","height":[]}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","width":-1,"height":1e99}]""")]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","favourite":{},"categories":3,"mime_type":null}]""")]
    public void What_is_optional_and_of_a_wrong_type_loses_nothing(string json)
    {
        var (photos, skipped) = Read(json);

        photos.ShouldBe([new("a", Url)]);
        skipped.ShouldBe(0);
    }

    [Theory]
    [InlineData("""[{"id":"a","url":"https://cats.example/a.jpg","breeds":[{"id":1,"name":" Abyssinian "},{}]}]""")]
    [InlineData("""[{"breeds":[{"name":"Abyssinian"}],"url":"https:\/\/cats.example\/a.jpg","id":"a"}]""")]
    public void The_breed_is_the_name_of_the_first(string json) =>
        Read(json).Photos.ShouldBe([new("a", Url, "Abyssinian")]);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"a"}""")]
    [InlineData("""{"url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":1,"url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"","url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"a b","url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"a/b","url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"é","url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"\ud800","url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"a\n","url":"https://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"a","url":{}}""")]
    [InlineData("""{"id":"a","url":"/images/a.jpg"}""")]
    [InlineData("""{"id":"a","url":"http://cats.example/a.jpg"}""")]
    [InlineData("""{"id":"a","url":"javascript:alert(1)"}""")]
    [InlineData("""{"id":"a","url":"data:image/svg+xml,x"}""")]
    [InlineData("""{"id":"a","url":"sample:marmalade"}""")]
    [InlineData("""{"id":"a","url":"https://user:word@cats.example/a.jpg"}""")]
    public void A_photo_without_a_usable_id_or_address_is_skipped_and_counted(string photo)
    {
        var (photos, skipped) = Read($$"""[{{photo}},{"id":"a","url":"{{Url}}"}]""");

        photos.ShouldBe([new("a", Url)]);
        skipped.ShouldBe(1);
    }

    [Fact]
    public void Ids_and_addresses_have_a_bound()
    {
        var id = new string('a', 64);
        var url = Url + "?" + new string('x', 2048 - Url.Length - 1);

        var (photos, skipped) = Read(
            $$"""[{"id":"{{id}}","url":"{{url}}"},{"id":"{{id}}a","url":"{{Url}}"},{"id":"b","url":"{{url}}x"}]""");

        photos.ShouldBe([new(id, url)]);
        skipped.ShouldBe(2);
    }

    [Fact]
    public void An_address_is_made_canonical() =>
        Read("""[{"id":"a","url":"HTTPS://Cats.Example:443/x/../a \"<b>.jpg"}]""")
            .Photos.ShouldHaveSingleItem().Url.ShouldBe("https://cats.example/a%20%22%3Cb%3E.jpg");

    [Fact]
    public void Twice_the_same_photo_is_one_photo()
    {
        var (photos, skipped) = Read($$"""[{"id":"a","url":"{{Url}}"},{"id":"a","url":"{{Url}}"}]""");

        photos.Count.ShouldBe(1);
        skipped.ShouldBe(0);
    }

    [Fact]
    public void A_byte_order_mark_does_no_harm() =>
        Read($$"""{{'\uFEFF'}}[{"id":"a","url":"{{Url}}"}]""").Photos.Count.ShouldBe(1);

    [Fact]
    public void Text_that_is_not_UTF_8_costs_its_own_photo_only()
    {
        byte[] json =
        [
            .. "[{\"id\":\""u8, 0xFF, .. "\",\"url\":\"https://cats.example/x.jpg\"},"u8,
            .. """{"id":"a","url":"https://cats.example/a.jpg"}]"""u8,
        ];

        var (photos, skipped) = CatApiReader.Read(json);

        photos.ShouldBe([new("a", Url)]);
        skipped.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("[")]
    [InlineData("[] []")]
    public void What_is_not_an_array_is_refused(string json) => Should.Throw<JsonException>(() => Read(json));

    private static (IReadOnlyList<CatPhoto> Photos, int Skipped) Read(string json) =>
        CatApiReader.Read(Encoding.UTF8.GetBytes(json));
}
