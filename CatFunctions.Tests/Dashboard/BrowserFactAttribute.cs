namespace CatFunctions.Tests.Dashboard;

/// <summary>A test that needs a Chromium, and is skipped on a machine without one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = BrowserTest.SkipReason;
}
