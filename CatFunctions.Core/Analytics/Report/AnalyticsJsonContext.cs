using System.Text.Json.Serialization;

namespace CatFunctions.Core.Analytics.Report;

/// <summary>The JSON of an <see cref="AnalyticsReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnalyticsReport))]
public sealed partial class AnalyticsJsonContext : JsonSerializerContext;
