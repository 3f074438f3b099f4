namespace CatFunctions.Core.Simulation;

/// <summary>Draws indices by weight, each in constant time.</summary>
/// <remarks>
/// The alias method: A. J. Walker, "An Efficient Method for Generating Discrete Random Variables with General
/// Distributions", ACM TOMS 3 (1977), built as in M. D. Vose, "A Linear Algorithm for Generating Random Numbers with a
/// Given Distribution", IEEE TSE 17 (1991). Every index owns a column of height 1, filled by itself up to its
/// <em>share</em> and by one other index, its <em>alias</em>, above.
/// </remarks>
internal sealed class AliasTable
{
    private readonly double[] _share;
    private readonly int[] _alias;

    /// <param name="weights">One weight for each index, all of them positive.</param>
    public AliasTable(ReadOnlySpan<double> weights)
    {
        _share = new double[weights.Length];
        _alias = new int[weights.Length];

        var total = 0.0;
        foreach (var weight in weights)
        {
            total += weight;
        }

        var small = new Stack<int>();
        var large = new Stack<int>();
        for (var i = 0; i < weights.Length; i++)
        {
            _share[i] = weights[i] / total * weights.Length;
            (_share[i] < 1 ? small : large).Push(i);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            var filled = small.Pop();
            var giver = large.Pop();
            _alias[filled] = giver;
            _share[giver] -= 1 - _share[filled];
            (_share[giver] < 1 ? small : large).Push(giver);
        }

        // What is left misses 1 by no more than rounding.
        foreach (var full in small.Concat(large))
        {
            _share[full] = 1;
        }
    }

    public int Draw(ref SplitMix64 random)
    {
        var place = random.NextDouble() * _share.Length;
        var column = (int)place;
        return place - column < _share[column] ? column : _alias[column];
    }
}
