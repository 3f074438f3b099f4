using BenchmarkDotNet.Attributes;
using CatFunctions.Core.Ticks;

namespace CatFunctions.Benchmarks.Micro;

/// <summary>From nothing to JSON: the users of a tick are simulated, and what they do is written. Figures are per event.</summary>
[InProcess]
[MemoryDiagnoser]
public class SimulateTick
{
    /// <summary>How many events <see cref="GeneratedEvents.FixedTick"/> has.</summary>
    private const int Events = 49_802;

    private readonly Tick _tick = GeneratedEvents.FixedTick;

    [GlobalSetup]
    public void Check()
    {
        using var events = GeneratedEvents.Write(_tick);
        Require.Equal(Events, events.Count);
    }

    [Benchmark(OperationsPerInvoke = Events)]
    public int SimulateAndSerialize()
    {
        using var events = GeneratedEvents.Write(_tick);
        return events.Count;
    }
}
