using System.Xml.Linq;

namespace CatFunctions.Tests.Photos;

public sealed class SampleCatalogueTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    public static TheoryData<string> Names => [.. SampleCatalogue.Photos.Select(NameOf)];

    [Fact]
    public void There_are_sixteen_cats_each_of_another_breed()
    {
        SampleCatalogue.Photos.Count.ShouldBe(16);
        SampleCatalogue.Photos.Select(photo => photo.Id).ShouldBeUnique();
        SampleCatalogue.Photos.Select(photo => photo.Breed).ShouldBeUnique();
        SampleCatalogue.Photos.ShouldAllBe(photo => photo.Id == photo.Url.Replace("sample:", "sample-"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_drawing_is_a_small_square_that_contains_all_it_needs(string name)
    {
        var text = ReadDrawing(name);
        var drawing = XDocument.Parse(text).Root!;

        Encoding.UTF8.GetByteCount(text).ShouldBeLessThan(5_000);
        drawing.Name.ShouldBe(Svg + "svg");
        drawing.Attribute("viewBox")!.Value.ShouldBe("0 0 200 200");
        drawing.Descendants().Select(element => element.Name.LocalName).Distinct().ShouldBeSubsetOf(
            ["title", "g", "path", "circle", "ellipse", "rect", "clipPath", "radialGradient", "stop"]);
        drawing.DescendantsAndSelf().Attributes().ShouldAllBe(attribute => IsHarmless(attribute));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_drawing_has_its_breed_in_its_title(string name) =>
        XDocument.Parse(ReadDrawing(name)).Root!.Element(Svg + "title")!.Value
            .ShouldEndWith(SampleCatalogue.Photos.Single(photo => photo.Id == $"sample-{name}").Breed!);

    [Fact]
    public void The_drawings_share_no_ids_so_that_one_page_can_hold_them_all() =>
        SampleCatalogue.Photos
            .SelectMany(photo => XDocument.Parse(ReadDrawing(NameOf(photo))).Descendants().Attributes("id"))
            .Select(id => id.Value)
            .ShouldBeUnique();

    [Fact]
    public void Every_drawing_in_the_assembly_is_in_the_catalogue() =>
        typeof(SampleCatalogue).Assembly.GetManifestResourceNames().Count(name => name.Contains(".Photos.Samples.", StringComparison.Ordinal))
            .ShouldBe(SampleCatalogue.Photos.Count);

    [Theory]
    [InlineData("garfield")]
    [InlineData("")]
    [InlineData("../Samples/luna")]
    [InlineData("LUNA")]
    public void There_is_no_drawing_of_another_name(string name) => SampleCatalogue.OpenDrawing(name).ShouldBeNull();

    [Fact]
    public async Task Ten_cats_come_at_once_and_the_others_by_and_by()
    {
        var catalogue = new SampleCatalogue();

        var first = await catalogue.GetPhotosAsync(CancellationToken.None);
        var second = await catalogue.GetPhotosAsync(CancellationToken.None);
        var third = await catalogue.GetPhotosAsync(CancellationToken.None);
        var fourth = await catalogue.GetPhotosAsync(CancellationToken.None);

        first.Count.ShouldBe(10);
        first.ShouldBeUnique();
        second.Except(first).Count().ShouldBe(2);
        first.Union(second).Union(third).Union(fourth).Count().ShouldBe(16);
    }

    private static string NameOf(CatPhoto photo) => photo.Url["sample:".Length..];

    private static bool IsHarmless(XAttribute attribute) =>
        attribute.IsNamespaceDeclaration
        || (!attribute.Name.LocalName.StartsWith("on")
            && attribute.Name.LocalName is not ("href" or "src" or "style")
            && !attribute.Value.Contains(':')
            && !attribute.Value.Replace("url(#", "").Contains("url("));

    private static string ReadDrawing(string name)
    {
        using var reader = new StreamReader(SampleCatalogue.OpenDrawing(name).ShouldNotBeNull());
        return reader.ReadToEnd();
    }
}
