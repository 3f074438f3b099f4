using System.Diagnostics;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>A program of others that writes each event as a line to a file, until it has all of them.</summary>
/// <param name="name">What it is, for the table.</param>
/// <param name="probe">A shell command that succeeds where the program is installed.</param>
/// <param name="missing">What to say where it is not.</param>
/// <param name="script">
/// The shell command that runs it: with the brokers, the topic, the number of events, the file and the longest wait for
/// records in ms as its arguments.
/// </param>
/// <param name="output">The file.</param>
internal sealed class ProcessReader(string name, string probe, string missing, string script, string output) : ITopicReader
{
    private const string Shell = "/bin/sh";

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(2);

    public string Name => name;

    /// <summary>kcat. With <c>-c</c> it ends with the last event; with <c>-e</c> it would first wait whether more come.</summary>
    public static ProcessReader Kcat(string folder) => new(
        "kcat -C to a file",
        probe: "command -v kcat",
        missing: "kcat is not installed",
        script: """exec kcat -C -q -b "$1" -t "$2" -c "$3" -o beginning -X fetch.wait.max.ms="$5" > "$4" """,
        Path.Combine(folder, "kcat.jsonl"));

    /// <summary>A plain consumer in Python. Debian's package of the client serves only the Python of the system.</summary>
    public static ProcessReader Python(string folder)
    {
        const string Find = """for p in python3 /usr/bin/python3; do "$p" -c "import confluent_kafka" 2>/dev/null && break; done""";
        return new(
            "plain consumer in Python",
            probe: Find,
            missing: "Python 3 with confluent-kafka is not installed",
            script: $"""{Find}; exec "$p" "{Path.Combine(AppContext.BaseDirectory, "Pipeline", "plain_consumer.py")}" "$@" """,
            Path.Combine(folder, "python.jsonl"));
    }

    public string? FindMissing()
    {
        if (!File.Exists(Shell))
        {
            return "there is no shell to run it";
        }

        using var process = Start($"{{ {probe}; }} >/dev/null", []);
        process.WaitForExit();
        return process.ExitCode == 0 ? null : missing;
    }

    public async Task ReadAsync(KafkaSettings kafka, ReadProgress progress, CancellationToken cancellationToken)
    {
        File.Delete(output);
        var wait = kafka.ForConsumer().FetchWaitMaxMs;
        using var process = Start(script, [kafka.BootstrapServers, kafka.Topic, $"{progress.Total}", output, $"{wait}"]);
        try
        {
            var lines = new LineCounter(output);
            while (!process.HasExited)
            {
                Look(lines, progress);
                await Task.Delay(LookInterval, cancellationToken);
            }

            if (process.ExitCode != 0)
            {
                throw new FailureException($"{name} failed with exit code {process.ExitCode}.");
            }

            Look(lines, progress);
            progress.End(ago: DateTime.UtcNow - File.GetLastWriteTimeUtc(output));
            Require.Equal(progress.Total, lines.Count());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            File.Delete(output);
        }
    }

    // Counting lines takes time from the program, so it is done only when somebody waits for it.
    private void Look(LineCounter lines, ReadProgress progress)
    {
        if (new FileInfo(output) is { Exists: true, Length: > 0 and var length })
        {
            progress.Begin();
            progress.ReportBytes(length);
            if (progress.IsFollowed)
            {
                progress.Report(lines.Count());
            }
        }
    }

    private static Process Start(string command, IEnumerable<string> arguments) =>
        Process.Start(Shell, ["-c", command, Shell, .. arguments]);
}
