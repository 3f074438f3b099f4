using Microsoft.Extensions.Logging.Testing;

namespace CatFunctions.Tests;

internal static class FakeLogExtensions
{
    /// <summary>All that was logged, as text that starts with the level.</summary>
    public static IReadOnlyList<string> Lines(this FakeLogCollector log) =>
        [.. log.GetSnapshot().Select(record => $"{record.Level}: {record.Message}{record.Exception}")];
}
