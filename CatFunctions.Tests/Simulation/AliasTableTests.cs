using CatFunctions.Core.Simulation;

namespace CatFunctions.Tests.Simulation;

public sealed class AliasTableTests
{
    [Theory]
    [InlineData(new[] { 1.0, 1.0, 1.0 })]
    [InlineData(new[] { 0.001, 0.002, 1000.0, 500.0 })]
    [InlineData(new[] { 8.0, 1.0, 5.0, 0.5, 3.0, 3.0, 0.1 })]
    public void Indices_are_drawn_in_proportion_to_their_weights(double[] weights)
    {
        const int Draws = 200_000;
        var table = new AliasTable(weights);
        var random = new SplitMix64(1);
        var counts = new int[weights.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[table.Draw(ref random)]++;
        }

        for (var i = 0; i < weights.Length; i++)
        {
            var share = weights[i] / weights.Sum();
            var deviation = Math.Sqrt(share * (1 - share) / Draws);
            ((double)counts[i] / Draws).ShouldBe(share, tolerance: 4 * deviation);
        }
    }
}
