using System.Runtime.CompilerServices;

namespace CatFunctions.Tests.Dashboard;

/// <summary>A test that needs a Chromium, and is skipped on a machine without one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = BrowserTest.SkipReason;
}
