using System.Runtime.CompilerServices;

namespace CatFunctions.Tests;

/// <summary>Waits for what other threads and processes bring about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a test waits for what must happen. Only a test that fails ever waits that long, however busy the machine.</summary>
    public static TimeSpan Timeout { get; } = TimeSpan.FromMinutes(2);

    /// <summary>Waits until the condition holds, or fails with it.</summary>
    public static Task IsTrueAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? text = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), text);

    /// <inheritdoc cref="IsTrueAsync(Func{bool}, string?)"/>
    public static async Task IsTrueAsync(
        Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        for (var start = TimeProvider.System.GetTimestamp(); !await condition();)
        {
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(Timeout, text);
            await Task.Delay(Pause);
        }
    }
}
