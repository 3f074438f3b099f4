using System.Text.Json.Serialization;

namespace CatFunctions.Core.EventLog.DeadLetters;

/// <summary>The JSON of a <see cref="DeadLetter"/> and its <see cref="ReplayMark"/>. Metadata only: the generated writer turns a null array into "".</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(ReplayMark))]
internal sealed partial class DeadLetterJsonContext : JsonSerializerContext;
