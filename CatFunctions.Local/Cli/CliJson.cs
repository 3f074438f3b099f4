using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using CatFunctions.Core.Analytics.Report;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Local.Terminal;

namespace CatFunctions.Local.Cli;

/// <summary>
/// What <c>--json</c> writes, described in docs/local-host.md: a document a line. Metadata only: the generated writer turns a
/// null array into "".
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(VerificationReport))]
[JsonSerializable(typeof(StoredDeadLetter))]
[JsonSerializable(typeof(ReplayResult))]
internal sealed partial class CliJson : JsonSerializerContext
{
    // Escapes only what JSON demands: this is for pipes and files, not for HTML.
    private static readonly CliJson Lines = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter<LogKind>(JsonNamingPolicy.KebabCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static void Write(TerminalOutput terminal, AnalyticsReport report) =>
        terminal.WriteLine(Encoding.UTF8.GetString(report.ToJson(JavaScriptEncoder.UnsafeRelaxedJsonEscaping)));

    public static void Write<T>(TerminalOutput terminal, T document) =>
        terminal.WriteLine(JsonSerializer.Serialize(document, typeof(T), Lines));
}

/// <summary>What a replay of dead letters has done.</summary>
/// <param name="Replayed">Dead letters that were produced again.</param>
/// <param name="Left">Dead letters that were never produced again.</param>
internal sealed record ReplayResult(int Replayed, int Left);
