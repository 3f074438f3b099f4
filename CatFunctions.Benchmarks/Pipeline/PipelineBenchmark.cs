using CatFunctions.Local.Kafka;

namespace CatFunctions.Benchmarks.Pipeline;

/// <summary>Produces, records and folds events, and in the same run measures the references.</summary>
/// <param name="brokers">The brokers; null for an embedded one.</param>
/// <param name="partitions">Partitions of the topic.</param>
/// <param name="events">Events of each measurement.</param>
/// <param name="rounds">Repetitions of each measurement.</param>
/// <param name="localHostTime">How long the local host runs.</param>
/// <param name="program">The local host; null for the one that its users run.</param>
/// <param name="folder">The folder for files; it is deleted at the end.</param>
internal sealed class PipelineBenchmark(
    string? brokers, int partitions, long events, int rounds, TimeSpan localHostTime, string? program, string folder)
{
    private const string Produce = "produce";
    private const string ProduceWithOutbox = "produce, with the outbox on files";
    private const string BareProduce = "bare produce loop (librdkafka)";
    private const string Fold = "fold the log";
    private const string EventLog = "event log, fed from memory";
    private const string RawWrite = "raw write + fsync of the same bytes";

    private readonly Dictionary<string, List<double>> _rates = [];

    /// <summary>Measures, and reports its progress on the standard error.</summary>
    public async Task<PipelineReport> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await MeasureAsync(cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<PipelineReport> MeasureAsync(CancellationToken cancellationToken)
    {
        var recorder = new RecorderReader(Path.Combine(folder, "log"));
        ITopicReader[] all = [new ConsumeLoopReader(), ProcessReader.Kcat(folder), ProcessReader.Python(folder)];
        var missing = all.ToDictionary(reference => reference, reference => reference.FindMissing());
        var references = all.Where(reference => missing[reference] is null).ToArray();

        await using ITopic topic = brokers is null
            ? new EmbeddedTopic(partitions)
            : await FilledTopic.CreateAsync(brokers, partitions, cancellationToken);
        var localHostProgram = program is null ? await LocalHostProgram.BuildAsync(cancellationToken) : new LocalHostProgram(program);
        for (var round = 1; round <= rounds; round++)
        {
            Announce(Produce, round);
            await MeasureProducingAsync(topic.Partitions, cancellationToken);
        }

        var filled = topic as FilledTopic;
        if (filled is not null)
        {
            Announce("filling the topic");
            await filled.FillAsync(events, cancellationToken);
        }

        for (var round = 1; round <= rounds; round++)
        {
            Announce(recorder.Name, round);
            Add(recorder.Name, await topic.MeasureAsync(recorder, events, cancellationToken));
            Announce(Fold, round);
            Add(Fold, await FoldBenchmark.RunAsync(recorder.Folder, events, cancellationToken));
            foreach (var reference in references)
            {
                Announce(reference.Name, round);
                Add(reference.Name, await topic.MeasureAsync(reference, events, cancellationToken));
            }

            Announce(EventLog, round);
            var (log, raw) = await new EventLogBenchmark(folder, topic.Partitions).RunAsync(events, cancellationToken);
            Add(EventLog, log);
            Add(RawWrite, raw);
        }

        RecorderProcessResult? recorderProcess = null;
        if (filled is not null)
        {
            Announce("a recorder process");
            recorderProcess = await RecorderProcessBenchmark.RunAsync(
                localHostProgram, filled.WithNewGroup(), events, Path.Combine(folder, "recorder-process"), cancellationToken);
        }

        Announce("the local host");
        var localHost = await new LocalHostBenchmark(localHostProgram, Path.Combine(folder, "local-host")).RunAsync(localHostTime, cancellationToken);
        Announce("the function app");
        var functionApp = await new FunctionAppBenchmark(Path.Combine(folder, "function-app"), topic.Partitions).RunAsync(events, cancellationToken);
        var measurements = _rates.Select(rates => Measurement.Of(rates.Key, rates.Value)).ToDictionary(measured => measured.Name);
        return new PipelineReport(
            DateTimeOffset.UtcNow,
            topic.Broker,
            events,
            topic.Partitions,
            GeneratedEvents.Take(Math.Min(events, 10_000)).Average(produced => produced.Value.Length),
            [.. measurements.Values],
            [
                Ratio.Of(measurements[Produce], measurements[BareProduce]),
                Ratio.Of(measurements[ProduceWithOutbox], measurements[BareProduce]),
                .. references.Select(reference => Ratio.Of(measurements[recorder.Name], measurements[reference.Name])),
                Ratio.Of(measurements[EventLog], measurements[RawWrite]),
            ],
            [.. all.Except(references).Select(reference => $"{reference.Name}: skipped, because {missing[reference]}")],
            recorderProcess,
            localHost,
            functionApp);
    }

    /// <summary>Produces to new topics, or to new embedded brokers, which forget what does not fit.</summary>
    private async Task MeasureProducingAsync(int partitions, CancellationToken cancellationToken)
    {
        await RunAsync(BareProduce, kafka => Task.Run(() => BareProduceLoop.Run(kafka, events), cancellationToken));
        await RunAsync(Produce, kafka => ProduceBenchmark.RunAsync(kafka, events, outboxFolder: null, cancellationToken));
        await RunAsync(ProduceWithOutbox, kafka => ProduceBenchmark.RunAsync(kafka, events, Path.Combine(folder, "produce"), cancellationToken));

        async Task RunAsync(string name, Func<KafkaSettings, Task<double>> measure)
        {
            var before = Environment.CpuUsage.TotalTime;
            if (brokers is null)
            {
                using var broker = new EmbeddedBroker(EmbeddedTopic.Topic, partitions);
                Add(name, await measure(EmbeddedTopic.SettingsOf(broker)));
            }
            else
            {
                await using var topic = await FilledTopic.CreateAsync(brokers, partitions, cancellationToken);
                Add(name, await measure(topic.Kafka));
            }

            // Steadier than the rates where the machine does other work as well.
            var spent = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / events;
            Console.Error.WriteLine($"{name}: {_rates[name][^1]:N0} events/s, {spent:N2} µs of processor time each");
        }
    }

    private void Announce(string what, int? round = null) =>
        Console.Error.WriteLine(round is null ? what : $"{what}, round {round} of {rounds}");

    private void Add(string name, double eventsPerSecond)
    {
        if (!_rates.TryGetValue(name, out var rates))
        {
            _rates[name] = rates = [];
        }

        rates.Add(eventsPerSecond);
    }
}
