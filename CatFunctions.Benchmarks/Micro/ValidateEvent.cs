using BenchmarkDotNet.Attributes;
using CatFunctions.Core.Events;

namespace CatFunctions.Benchmarks.Micro;

/// <summary>Checks the values of valid events. Figures are per event.</summary>
[InProcess]
[MemoryDiagnoser]
public class ValidateEvent
{
    private const int Events = 10_000;

    private byte[][] _values = [];

    [GlobalSetup]
    public void Generate() => _values = [.. GeneratedEvents.Take(Events).Select(produced => produced.Value.ToArray())];

    [Benchmark(OperationsPerInvoke = Events)]
    public void Validate()
    {
        foreach (var value in _values)
        {
            Require.Equal(null, CatEventValidator.Validate(value));
        }
    }
}
