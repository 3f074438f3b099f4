using CatFunctions.Core.Photos;

namespace CatFunctions.Core.Simulation;

/// <summary>Simulates the users of a gallery: a pure function of (seed, tick, gallery).</summary>
public sealed class Simulator
{
    /// <summary>What the users did in the tick's interval, in order of time.</summary>
    public IReadOnlyList<Interaction> Simulate(Tick tick, Gallery gallery) => throw new NotImplementedException();
}
