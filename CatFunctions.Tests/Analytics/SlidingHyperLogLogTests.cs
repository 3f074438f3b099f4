using System.Buffers.Binary;

namespace CatFunctions.Tests.Analytics;

public sealed class SlidingHyperLogLogTests
{
    private const double StandardError = 1.04 / 128;

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(10_000)]
    [InlineData(40_000)]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void The_estimate_is_within_its_error_at_every_size(int size)
    {
        const int Seeds = 5;
        var errors = Enumerable.Range(0, Seeds).Select(seed =>
        {
            var sketch = new SlidingHyperLogLog();
            for (var i = 0; i < size; i++)
            {
                sketch.Add(HashOf(seed, i), minute: 7);
            }

            return (sketch.Estimate(0) / (double)size) - 1;
        }).ToArray();

        errors.ShouldAllBe(error => Math.Abs(error) <= 3 * StandardError);
        Math.Abs(errors.Average()).ShouldBeLessThan(3 * StandardError / Math.Sqrt(Seeds));
    }

    [Fact]
    public void Nothing_is_estimated_as_nothing() => new SlidingHyperLogLog().Estimate(0).ShouldBe(0);

    [Fact]
    public void What_was_seen_again_counts_once()
    {
        var sketch = new SlidingHyperLogLog();
        for (var i = 0; i < 100_000; i++)
        {
            sketch.Add(HashOf(0, i % 100), minute: i);
        }

        sketch.Estimate(0).ShouldBeInRange(98, 102);
    }

    [Theory]
    [InlineData(0, 30_000)]
    [InlineData(1, 30_000)]
    [InlineData(2, 20_000)]
    [InlineData(3, 10_000)]
    [InlineData(4, 0)]
    public void Only_what_was_seen_since_a_minute_counts_whatever_the_order(int since, int seen)
    {
        var sketch = new SlidingHyperLogLog();
        foreach (var minute in new[] { 2, 3, 1 })
        {
            for (var i = 0; i < 10_000; i++)
            {
                sketch.Add(HashOf(minute, i), minute);
            }
        }

        Math.Abs(sketch.Estimate(since) - seen).ShouldBeLessThanOrEqualTo((long)(3 * StandardError * seen));
    }

    [Fact]
    public void Two_merged_sketches_are_the_sketch_of_all()
    {
        var (left, right, both) = (new SlidingHyperLogLog(), new SlidingHyperLogLog(), new SlidingHyperLogLog());
        for (var i = 0; i < 50_000; i++)
        {
            var (hash, minute) = (HashOf(0, i), i % 90);
            (i % 3 == 0 ? left : right).Add(hash, minute);
            both.Add(hash, minute);
        }

        left.Merge(right);

        foreach (var since in new[] { 0, 1, 45, 89, 90 })
        {
            left.Estimate(since).ShouldBe(both.Estimate(since));
        }
    }

    private static ulong HashOf(int family, int number)
    {
        Span<byte> text = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(text, ((ulong)family << 32) | (uint)number);
        return TextHash.Of(text);
    }
}
