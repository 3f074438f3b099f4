using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class SplitMix64Tests
{
    [Fact]
    public void The_numbers_are_those_of_the_reference_code()
    {
        var random = new SplitMix64(1234567);

        ulong[] numbers = [random.Next(), random.Next(), random.Next(), random.Next(), random.Next()];

        numbers.ShouldBe([
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]);
    }

    [Fact]
    public void Streams_of_a_seed_differ()
    {
        var first = Enumerable.Range(0, 1_000).Select(stream => SplitMix64.ForStream(0, (ulong)stream).Next());
        var second = Enumerable.Range(0, 1_000).Select(stream => SplitMix64.ForStream(1, (ulong)stream).Next());

        first.Concat(second).ShouldBeUnique();
    }

    [Fact]
    public void Doubles_are_uniform_from_0_up_to_1()
    {
        var random = new SplitMix64(1);
        var numbers = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();

        numbers.ShouldAllBe(number => number >= 0 && number < 1);
        numbers.Average().ShouldBe(1.0 / 2, tolerance: 0.005);
        numbers.Average(number => number * number).ShouldBe(1.0 / 3, tolerance: 0.005);
    }

    [Fact]
    public void Whole_numbers_are_uniform_below_the_bound()
    {
        var random = new SplitMix64(1);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.NextBelow(7)]++;
        }

        counts.ShouldAllBe(count => Math.Abs(count - 10_000) < 500);
    }

    [Fact]
    public void Exponential_numbers_have_mean_1_and_variance_1()
    {
        var random = new SplitMix64(1);
        var numbers = Enumerable.Range(0, 100_000).Select(_ => random.NextExponential()).ToArray();

        numbers.ShouldAllBe(number => number >= 0);
        numbers.Average().ShouldBe(1, tolerance: 0.02);
        numbers.Average(number => (number - 1) * (number - 1)).ShouldBe(1, tolerance: 0.05);
    }
}
