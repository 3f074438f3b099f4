namespace CatFunctions.Core.Telemetry;

/// <summary>Where telemetry is sent to, if anywhere: the address of an OpenTelemetry collector.</summary>
public static class OtlpEndpoint
{
    /// <summary>What is wrong with it, if anything. The exporter would ignore it, and try its default address without a word.</summary>
    public static string? Problem(string? value) =>
        string.IsNullOrWhiteSpace(value) || (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https"))
            ? null
            : $"OTEL_EXPORTER_OTLP_ENDPOINT is {value}: set it to an address such as http://localhost:4317.";
}
