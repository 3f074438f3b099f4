namespace CatFunctions.Local.Pipeline;

/// <summary>A part of the pipeline that this process has, in words for its user, such as "recording to ./data".</summary>
internal sealed record PipelinePart(string Description);
