using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.EventLog.DeadLetters;
using CatFunctions.Core.EventLog.Storage;
using CatFunctions.Core.EventLog.Verification;
using CatFunctions.Core.Events;
using CatFunctions.Core.Telemetry;
using CatFunctions.Core.Ticks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CatFunctions.Core.Outbox;

/// <summary>The settings of the section <c>Outbox</c>.</summary>
public sealed class OutboxOptions
{
    public const string Section = "Outbox";

    /// <summary>
    /// Whether the events of each tick are kept until the log holds all of them. Without that, what is lost on its way is
    /// lost. Default true.
    /// </summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>
/// What was produced and is not yet proven to be in the log, and what of it has to be sent again. For concurrent use, except
/// for <see cref="ResendAsync"/>.
/// </summary>
/// <remarks>
/// The transactional outbox (https://microservices.io/patterns/data/transactional-outbox.html): since nobody reports whether
/// an event has arrived, it is durable here before it is sent, and is removed when the log or the dead letters hold its whole
/// tick. What a tick lacks is sent again when every partition has gone past the tick, since Kafka keeps the order within a
/// partition: <see cref="TickAudit"/> tells. Copies are recognized by <see cref="EventRecorder"/>.
/// </remarks>
public sealed class TickOutbox(
    IOutboxStore store,
    ISegmentStore log,
    IOptions<OutboxOptions> options,
    TimeProvider clock,
    PipelineMetrics metrics)
{
    /// <summary>How often the ticks should be looked at. Those that are younger have had no time to be recorded.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>After so many events, no further tick is sent again at once, unless Kafka is empty.</summary>
    public const int MaxResentAtOnce = 50_000;

    // An answer of this age still tells what is in flight: what was recorded since is in the log, and counts at the latest when its
    // reader has noticed the segment.
    private static readonly TimeSpan ListInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DateTimeOffset, int> _sizes = [];
    private readonly Dictionary<DateTimeOffset, DateTimeOffset> _resent = [];
    private readonly LogAudit _audit = new(log);
    private (DateTimeOffset At, IReadOnlyDictionary<DateTimeOffset, int> Ticks)? _listed;

    /// <summary>Whether ticks are kept.</summary>
    public bool IsEnabled => options.Value.Enabled;

    /// <summary>How many events of ticks that are older than <see cref="Interval"/> the last <see cref="ResendAsync"/> has not found in the log.</summary>
    public long Overdue { get; private set; }

    /// <summary>Keeps the events of a tick, before the first of them is sent.</summary>
    /// <returns>False if the tick is there: its events were sent before.</returns>
    /// <exception cref="EventLogException">The outbox cannot be written to, so nothing must be sent.</exception>
    public async Task<bool> TryAddAsync(Tick tick, TickEvents events, CancellationToken cancellationToken)
    {
        if (!IsEnabled || events.Count == 0)
        {
            return true;
        }

        _sizes[tick.ScheduledTime] = events.Count;
        return await store.TryAddAsync(tick.ScheduledTime, events, cancellationToken);
    }

    /// <summary>
    /// The ticks that are there, with the number of their events. Ask for them before the log is read: then what is removed
    /// meanwhile is found in the log.
    /// </summary>
    /// <exception cref="EventLogException">The outbox cannot be read.</exception>
    public async Task<IReadOnlyDictionary<DateTimeOffset, int>> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_listed is { } listed && now >= listed.At && now - listed.At < ListInterval)
        {
            return listed.Ticks;
        }

        var ticks = await ReadAsync(cancellationToken);
        _listed = (now, ticks);
        return ticks;
    }

    /// <summary>
    /// Removes the ticks that are whole, and reads what has to be sent again. Each event that is returned must be sent. To be
    /// called every <see cref="Interval"/>, not concurrently.
    /// </summary>
    /// <param name="isKafkaEmpty">Whether Kafka holds nothing, so that nothing is on its way; then no tick is too young.</param>
    /// <exception cref="EventLogException">The outbox or the log cannot be read or written.</exception>
    public async IAsyncEnumerable<OutgoingEvent> ResendAsync(
        bool isKafkaEmpty, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ticks = await ReadAsync(cancellationToken);
        var now = clock.GetUtcNow();
        if (!ticks.Keys.Any(tick => isKafkaEmpty || now - tick >= Interval))
        {
            metrics.SetInFlight(ticks.Values.Sum(size => (long)size));
            Overdue = 0;
            yield break;
        }

        await ReadLogAsync(ticks, now, cancellationToken);
        var (inFlight, overdue, resent) = (0L, 0L, 0);
        foreach (var (tick, size) in ticks.OrderBy(tick => tick.Key))
        {
            DateTimeOffset? lastResent = _resent.TryGetValue(tick, out var time) ? time : null;
            var verdict = _audit.Ticks.Judge(tick, size, now, lastResent);
            if (verdict.State == TickState.Whole)
            {
                await RemoveAsync(tick, cancellationToken);
                continue;
            }

            inFlight += verdict.MissingCount;
            overdue += now - tick >= Interval ? verdict.MissingCount : 0;
            var isLost = verdict.State == TickState.Overtaken && now - tick >= Interval && resent < MaxResentAtOnce;
            if (!isKafkaEmpty && !isLost)
            {
                continue;
            }

            await foreach (var lost in ReadAsync(tick, verdict.Missing, cancellationToken))
            {
                resent++;
                yield return lost;
            }

            _resent[tick] = clock.GetUtcNow();
        }

        Overdue = overdue;
        metrics.SetInFlight(inFlight);
        metrics.CountResent(resent);
    }

    /// <summary>Removes the ticks that are whole, however young they are.</summary>
    /// <exception cref="EventLogException">The outbox or the log cannot be read or written.</exception>
    public async Task RemoveWholeAsync(CancellationToken cancellationToken)
    {
        var ticks = await ReadAsync(cancellationToken);
        if (ticks.Count == 0)
        {
            return;
        }

        var now = clock.GetUtcNow();
        await ReadLogAsync(ticks, now, cancellationToken);
        foreach (var (tick, size) in ticks)
        {
            if (_audit.Ticks.Judge(tick, size, now).State == TickState.Whole)
            {
                await RemoveAsync(tick, cancellationToken);
            }
        }
    }

    /// <summary>Reads the part of the log that may hold events of the ticks. The clock of its recorder may be behind.</summary>
    private Task ReadLogAsync(IReadOnlyDictionary<DateTimeOffset, int> ticks, DateTimeOffset now, CancellationToken cancellationToken) =>
        _audit.ReadAsync(SegmentName.HourOf(ticks.Keys.Append(now).Min()).AddHours(-1), cancellationToken);

    private async Task RemoveAsync(DateTimeOffset tick, CancellationToken cancellationToken)
    {
        await store.RemoveAsync(tick, cancellationToken);
        _sizes.TryRemove(tick, out _);
        _resent.Remove(tick);
    }

    private async Task<IReadOnlyDictionary<DateTimeOffset, int>> ReadAsync(CancellationToken cancellationToken)
    {
        var ticks = new Dictionary<DateTimeOffset, int>();
        foreach (var tick in IsEnabled ? await store.ListAsync(cancellationToken) : [])
        {
            if (!_sizes.TryGetValue(tick, out var size))
            {
                await using var lines = await store.OpenAsync(tick, cancellationToken);
                if (lines is null || (size = await ReadSizeAsync(lines, cancellationToken)) == 0)
                {
                    continue;
                }

                _sizes[tick] = size;
            }

            ticks.Add(tick, size);
        }

        return ticks;
    }

    private static async Task<int> ReadSizeAsync(Stream lines, CancellationToken cancellationToken)
    {
        await foreach (var line in ReadLinesAsync(lines, cancellationToken))
        {
            return CatEvent.TryRead(line.Span, out var first, out _) ? first.TickSize : 0;
        }

        return 0;
    }

    private async IAsyncEnumerable<OutgoingEvent> ReadAsync(
        DateTimeOffset tick, IEnumerable<int> indices, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var lines = await store.OpenAsync(tick, cancellationToken);
        if (lines is null)
        {
            yield break;
        }

        using var next = indices.GetEnumerator();
        var isMore = next.MoveNext();
        var index = 0;
        await foreach (var line in ReadLinesAsync(lines, cancellationToken))
        {
            if (!isMore)
            {
                break;
            }

            if (index++ == next.Current)
            {
                isMore = next.MoveNext();
                yield return new OutgoingEvent(KeyOf(line.Span), line);
            }
        }
    }

    private static string KeyOf(ReadOnlySpan<byte> value)
    {
        _ = CatEvent.TryRead(value, out var catEvent, out _);
        return Encoding.UTF8.GetString(catEvent.Subject);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadLinesAsync(
        Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        ReadResult result;
        do
        {
            result = await reader.ReadAsync(cancellationToken);
            var rest = result.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return rest.Slice(0, end).ToArray();
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            reader.AdvanceTo(rest.Start, rest.End);
        }
        while (!result.IsCompleted);
    }

    /// <summary>Tells from the log which ticks are whole. It remembers how far it has read.</summary>
    private sealed class LogAudit(ISegmentStore log)
    {
        // From then on what it has read is worth more than the memory that it takes.
        private static readonly TimeSpan LongestSpan = TimeSpan.FromHours(6);

        private readonly Dictionary<SegmentName, long> _positions = [];
        private readonly HashSet<(LogKind Log, int Partition)> _opened = [];
        private DateTimeOffset _from = DateTimeOffset.MaxValue;

        public TickAudit Ticks { get; private set; } = new();

        /// <summary>Reads what is new in both logs since an hour.</summary>
        public async Task ReadAsync(DateTimeOffset from, CancellationToken cancellationToken)
        {
            var segments = await ListAsync(from, cancellationToken);
            if (await OpenAsync(segments, cancellationToken))
            {
                segments = await ListAsync(from, cancellationToken);
            }

            var lengths = segments.ToDictionary(segment => segment.Name, segment => segment.Length);
            if (from < _from || from - _from > LongestSpan || _positions.Any(read => read.Key.Hour >= from && lengths.GetValueOrDefault(read.Key) < read.Value))
            {
                Ticks = new TickAudit();
                _positions.Clear();
                _from = from;
            }

            foreach (var segment in segments.Select(segment => segment.Name))
            {
                var reader = new SegmentReader(log, segment, _positions.GetValueOrDefault(segment)) { EndsIfDeleted = true };
                while (await reader.ReadLinesAsync(cancellationToken) is { IsEmpty: false } lines)
                {
                    Add(segment, lines.Span);
                    _positions[segment] = reader.Position;
                }
            }
        }

        // Dead letters are recorded before the events of their batch, so they are read after them: then none is missing.
        private async Task<SegmentState[]> ListAsync(DateTimeOffset from, CancellationToken cancellationToken) =>
        [
            .. await log.ListSinceAsync(LogKind.Events, from, cancellationToken),
            .. await log.ListSinceAsync(LogKind.DeadLetters, from, cancellationToken),
        ];

        /// <summary>
        /// Makes durable what a recorder that was killed has left, since a power cut could still take lines that can be read.
        /// </summary>
        /// <returns>Whether a log was opened for the first time, so that lines may have been cut off.</returns>
        private async Task<bool> OpenAsync(SegmentState[] segments, CancellationToken cancellationToken)
        {
            var before = _opened.Count;
            foreach (var segment in segments.Select(segment => segment.Name).Where(name => !_opened.Contains((name.Log, name.Partition))))
            {
                await log.OpenNewestAsync(segment.Log, segment.Partition, cancellationToken);
                _opened.Add((segment.Log, segment.Partition));
            }

            return _opened.Count > before;
        }

        private void Add(SegmentName segment, ReadOnlySpan<byte> lines)
        {
            foreach (var line in new LogLines(lines))
            {
                if (segment.Log == LogKind.DeadLetters)
                {
                    if (DeadLetterLog.TryParse<DeadLetter>(line) is { } letter)
                    {
                        Ticks.AddDeadLetter(letter.Value);
                    }
                }
                else if (EventLine.TryRead(line, out var offset, out var catEvent))
                {
                    Ticks.Add(segment, offset, catEvent.Id, catEvent.TickSize);
                }
            }
        }
    }
}

public static class OutboxServices
{
    /// <summary>Adds the <see cref="TickOutbox"/>, beside the event log.</summary>
    public static IServiceCollection AddOutbox(this IServiceCollection services)
    {
        services.AddOptions<OutboxOptions>().BindSection(OutboxOptions.Section).ValidateOnStart();
        services.AddSingleton(provider => EventLogServices.CreateStore<IOutboxStore>(
            provider, folder => new FileOutboxStore(folder), container => new BlobOutboxStore(container)));
        return services.AddSingleton<TickOutbox>();
    }
}
