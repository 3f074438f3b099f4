using System.Runtime.CompilerServices;

namespace CatFunctions.Tests.EventLog;

/// <summary>A test on a <see cref="SmallDisk"/>; skipped where there can be none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SmallDiskFactAttribute : FactAttribute
{
    private static readonly string? Reason = SmallDisk.WhyNot();

    public SmallDiskFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = Reason;
}
