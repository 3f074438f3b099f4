namespace CatFunctions.Tests.Dashboard;

/// <summary>A test with data that needs a Chromium, and is skipped on a machine without one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = BrowserTest.SkipReason;
}
