namespace CatFunctions.Local;

/// <summary>Where the event log is, as the user has said.</summary>
/// <param name="Folder">The folder, if it is one.</param>
/// <param name="Container">The blob container, if it is one.</param>
internal sealed record EventLogLocation(string? Folder, string? Container)
{
    /// <summary>As it is told to the user.</summary>
    public override string ToString() => string.IsNullOrEmpty(Container) ? $"{Folder}" : $"container {Container}";

    /// <summary>Demands that the folder is there, before it is read.</summary>
    /// <exception cref="FailureException">It is not.</exception>
    public void RequireFolder()
    {
        if (Folder is not null && !Directory.Exists(Folder))
        {
            throw new FailureException($"There is no folder {Folder}. Name the folder of the event log with --data.");
        }
    }
}
