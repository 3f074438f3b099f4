using System.Runtime.CompilerServices;

namespace CatFunctions.Tests;

/// <summary>Waits for what other threads and processes bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until the condition holds, or fails with it.</summary>
    public static async Task IsTrueAsync(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        for (var start = TimeProvider.System.GetTimestamp(); !condition();)
        {
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(Timeout, text);
            await Task.Delay(Pause);
        }
    }
}
