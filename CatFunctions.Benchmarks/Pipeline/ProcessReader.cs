using System.Diagnostics;
using CatFunctions.Local;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Another program that writes each event as a line to a file, until it has all of them.</summary>
/// <param name="name">The program, for the table.</param>
/// <param name="probe">A shell command that succeeds where the program is installed.</param>
/// <param name="missing">The message if it is not installed.</param>
/// <param name="script">
/// The shell command that runs it. Its arguments: the brokers, the topic, the number of events, the file, and the longest
/// wait for records in ms.
/// </param>
/// <param name="output">The file.</param>
internal sealed class ProcessReader(string name, string probe, string missing, string script, string output) : ITopicReader
{
    private const string Shell = "/bin/sh";

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(2);

    public string Name => name;

    /// <summary>kcat. With <c>-c</c> it ends with the last event; with <c>-e</c> it would first wait for more.</summary>
    public static ProcessReader Kcat(string folder) => new(
        "kcat -C to a file",
        probe: "command -v kcat",
        missing: "kcat is not installed",
        script: """exec kcat -C -q -b "$1" -t "$2" -c "$3" -o beginning -X fetch.wait.max.ms="$5" > "$4" """,
        Path.Combine(folder, "kcat.jsonl"));

    /// <summary>A plain consumer in Python. Debian's package of the client is only for the Python of the system.</summary>
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

    // Counting lines takes time from the program, so it is done only when a producer waits for it.
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

/// <summary>Counts the lines of a file that grows.</summary>
internal sealed class LineCounter(string path)
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private long _position;
    private long _lines;

    /// <summary>The number of lines so far; reads only what is new.</summary>
    public long Count()
    {
        if (File.Exists(path))
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            while (RandomAccess.Read(file, _buffer, _position) is var read and > 0)
            {
                _position += read;
                _lines += _buffer.AsSpan(0, read).Count((byte)'\n');
            }
        }

        return _lines;
    }
}
