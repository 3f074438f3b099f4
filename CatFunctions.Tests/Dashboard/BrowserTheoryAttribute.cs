using System.Runtime.CompilerServices;

namespace CatFunctions.Tests.Dashboard;

/// <summary>A test with data that needs a Chromium, and is skipped on a machine without one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = BrowserTest.SkipReason;
}
