namespace CatFunctions.Tests.Analytics;

public sealed class TextTableTests
{
    [Fact]
    public void Texts_are_numbered_as_they_come_and_found_again()
    {
        var table = new TextTable();
        var texts = Enumerable.Range(0, 20_000).Select(Text).Prepend([]).Append(new byte[100_000]).ToArray();

        texts.Select(text => table.NumberOf(text)).ShouldBe(Enumerable.Range(0, texts.Length));
        texts.Select(text => table.NumberOf(text)).ShouldBe(Enumerable.Range(0, texts.Length));

        table.Count.ShouldBe(texts.Length);
        Enumerable.Range(0, texts.Length).Select(number => table[number].ToArray()).ShouldBe(texts);
    }

    [Fact]
    public void The_hash_of_a_text_is_the_same_in_every_process_and_tells_every_byte()
    {
        TextHash.Of("user-1842"u8).ShouldBe(PinnedHash);

        var texts = Enumerable.Range(0, 40).SelectMany(length => Enumerable.Range(0, length).Select(i =>
        {
            var text = new byte[length];
            text[i] = 1;
            return text;
        })).ToArray();
        texts.Select(text => TextHash.Of(text)).Distinct().Count().ShouldBe(texts.Length);
    }

    private const ulong PinnedHash = 7836331616814774752;

    private static byte[] Text(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));
}
