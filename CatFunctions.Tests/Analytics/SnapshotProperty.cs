using CatFunctions.Core.Analytics.Report;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Analytics;

/// <summary>
/// After anything that can happen to a log and to its snapshots, the answers of a process that uses these are those of one that
/// does not, byte for byte: both of processes that go on and of processes that start.
/// </summary>
internal sealed class SnapshotProperty : IDisposable
{
    private const int Partitions = 3;

    private readonly TempFolder _folder = new();
    private readonly Random _random;
    private readonly FakeTimeProvider _clock;
    private readonly FileSegmentStore _store;
    private readonly FileSnapshotStore _snapshots;
    private readonly long[] _offsets = new long[Partitions];
    private readonly List<TestEvent> _recorded = [];
    private EventRecorder _recorder;
    private AnalyticsService _followed;
    private AnalyticsService _followedPlain;
    private byte[]? _old;
    private int _ticks;

    public SnapshotProperty(int seed)
    {
        _random = new Random(seed);
        _clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 20, 30, 15, TimeSpan.Zero));
        (_store, _snapshots) = (new FileSegmentStore(_folder.Path), new FileSnapshotStore(_folder.Path));
        _recorder = new EventRecorder(_store, _clock);
        (_followed, _followedPlain) = (New(_snapshots), New(null));
    }

    /// <summary>How many times a snapshot was there when answers were compared.</summary>
    public int Compared { get; private set; }

    private string SnapshotFolder => Path.Combine(_folder.Path, "snapshots");

    private DateTimeOffset Now => _clock.GetUtcNow();

    public async Task RunAsync(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            await ChangeLogAsync();
            _clock.Advance(_random.Next(10) switch
            {
                0 => TimeSpan.FromHours(_random.Next(1, 30)),
                1 => TimeSpan.FromSeconds(_random.Next(60)),
                _ => TimeSpan.FromMinutes(_random.Next(1, 80)),
            });
            await _followed.WhenSavedAsync(CancellationToken.None);
            ChangeSnapshots();
            if (_random.Next(3) == 0)
            {
                await RequireSameAnswersAsync();
            }
        }

        await RequireSameAnswersAsync();
    }

    public void Dispose()
    {
        _followed.Dispose();
        _followedPlain.Dispose();
        _recorder.Dispose();
        _folder.Dispose();
    }

    private AnalyticsService New(ISnapshotStore? snapshots) =>
        new(_store, _clock, snapshots: snapshots) { AnswerTimeout = Timeout.InfiniteTimeSpan };

    private async Task ChangeLogAsync()
    {
        var partition = _random.Next(Partitions);
        switch (_random.Next(16))
        {
            case 0: // something that is not an event
                await RecordAsync(partition, new ConsumedRecord(partition, _offsets[partition]++, Now, null, "no event"u8.ToArray()));
                break;
            case 1: // events of before, once more: copies
                await RecordAsync(partition, [.. Enumerable.Range(0, Math.Min(_recorded.Count, 5)).Select(_ => _recorded[_random.Next(_recorded.Count)])]);
                break;
            case 2: // a topic that was created again
                _offsets[partition] = 0;
                await RecordAsync(partition, NewTick());
                break;
            case 3: // offsets that never come, before or within a tick
                var tick = NewTick();
                var split = _random.Next(2) * tick.Length / 2;
                await RecordAsync(partition, tick[..split]);
                _offsets[partition] += _random.Next(1, 20);
                await RecordAsync(partition, tick[split..]);
                break;
            case 4: // a tick in two hours and two partitions, with events that never come
                var events = NewTick();
                await RecordAsync(partition, events[..(events.Length / 2)]);
                _clock.Advance(TimeSpan.FromHours(_random.Next(2)));
                await RecordAsync((partition + 1) % Partitions, events[(events.Length / 2)..^_random.Next(1, 3)]);
                break;
            case 5:
                await new LogRetention(
                    _store,
                    Options.Create(new EventLogOptions { RetainFor = TimeSpan.FromHours(_random.Next(3, 60)) }),
                    _clock,
                    _random.Next(2) == 0 ? _snapshots : null).DeleteOldHoursAsync(CancellationToken.None);
                _clock.Advance(LogFollower.ListAllInterval);
                Restart();
                break;
            case 6: // a recorder that was killed
                if (Segment() is { } newest && newest == Segments().LastOrDefault(path => PartitionOf(path) == PartitionOf(newest)))
                {
                    await File.AppendAllTextAsync(newest, """{"kafkapartition":0,"kafkaoff""");
                }

                Restart();
                break;
            case 7: // a segment that is another one, of the same length
                if (Segment() is { } other)
                {
                    await File.WriteAllTextAsync(other, (await File.ReadAllTextAsync(other)).Replace("user-1", "user-9", StringComparison.Ordinal));
                    await StartReadersAsync();
                    Restart();
                }

                break;
            default:
                await RecordAsync(partition, NewTick());
                break;
        }
    }

    private void ChangeSnapshots()
    {
        var files = Directory.Exists(SnapshotFolder) ? Directory.GetFiles(SnapshotFolder).Order().ToArray() : [];
        if (files is [])
        {
            return;
        }

        var file = files[_random.Next(files.Length)];
        var content = File.ReadAllBytes(file);
        switch (_random.Next(24))
        {
            case 0:
                File.WriteAllBytes(file, content[.._random.Next(content.Length)]);
                break;
            case 1 when content.Length > 0:
                content[_random.Next(content.Length)] ^= (byte)(1 << _random.Next(8));
                File.WriteAllBytes(file, content);
                break;
            case 2:
                File.Delete(file);
                break;
            case 3:
                File.WriteAllBytes(file + "x", content);
                File.Move(files[_random.Next(files.Length)], file, overwrite: true);
                break;
            case 4: // everything twice
                File.WriteAllBytes(file, [.. content, .. content.Skip(8)]);
                break;
            case 5:
                _old = content;
                break;
            case 6 when _old is not null:
                File.WriteAllBytes(file, _old);
                break;
            case 8 when _old is not null:
                File.WriteAllBytes(file, [.. _old, .. content.Skip(8)]);
                break;
            case 7:
                content[4]++;
                File.WriteAllBytes(file, content);
                break;
            default:
                break;
        }
    }

    private TestEvent[] NewTick()
    {
        var size = _random.Next(3, 30);
        var tick = Now.AddMilliseconds(_ticks++ % 900);
        return [.. Enumerable.Range(0, size).Select(index => new TestEvent(
            Now.AddSeconds(-_random.Next(90)).AddMinutes(_random.Next(12) == 0 ? _random.Next(-12_000, 3_000) : 0),
            $"cat-{_random.Next(9)}",
            $"user-{_random.Next(200)}",
            _random.Next(3) == 0,
            _random.Next(4) == 0 ? null : $"breed-{_random.Next(4)}",
            _random.Next(5) == 0 ? $"https://example.com/{_random.Next(5)}" : null,
            tick,
            index,
            _random.Next(100) == 0 ? size + 1 : size))];
    }

    private Task RecordAsync(int partition, TestEvent[] events)
    {
        _recorded.AddRange(events);
        return RecordAsync(partition, [.. events.Select(one => one.ToRecord(partition, _offsets[partition]++))]);
    }

    private async Task RecordAsync(int partition, params ConsumedRecord[] records)
    {
        await _recorder.RecordAsync(records, CancellationToken.None);
        if (_random.Next(8) == 0 && records is not [])
        {
            await _recorder.RecordAsync(records, CancellationToken.None); // delivered again
        }

        if (_random.Next(8) == 0)
        {
            _clock.Advance(TimeSpan.FromSeconds(_random.Next(4)));
            (await JsonAsync(_followed, new AnalyticsQuery())).ShouldBe(await JsonAsync(_followedPlain, new AnalyticsQuery()));
        }
    }

    private void Restart()
    {
        _recorder.Dispose();
        _recorder = new EventRecorder(_store, _clock);
    }

    private async Task StartReadersAsync()
    {
        await _followed.WhenSavedAsync(CancellationToken.None);
        _followed.Dispose();
        _followedPlain.Dispose();
        (_followed, _followedPlain) = (New(_snapshots), New(null));
    }

    private async Task RequireSameAnswersAsync()
    {
        _clock.Advance(LogFollower.ListInterval);
        if (_random.Next(4) == 0)
        {
            _clock.Advance(LogFollower.ListAllInterval);
        }

        using var started = New(_snapshots);
        using var plain = New(null);
        var hour = SegmentName.HourOf(Now).AddHours(-_random.Next(100));
        AnalyticsQuery[] queries =
        [
            .. Enum.GetValues<AnalyticsWindow>().Select(window => new AnalyticsQuery(window)),
            new(AnalyticsWindow.Day) { Breed = "breed-1" },
            new(null) { From = hour, To = hour.AddHours(_random.Next(1, 9)) },
        ];
        Compared += Directory.Exists(SnapshotFolder) ? Directory.GetFiles(SnapshotFolder).Length : 0;
        foreach (var query in queries)
        {
            (await JsonAsync(started, query)).ShouldBe(await JsonAsync(plain, query), "started");
            (await JsonAsync(_followed, query)).ShouldBe(await JsonAsync(_followedPlain, query), "followed");
        }

        await started.WhenSavedAsync(CancellationToken.None);
        await _followed.WhenSavedAsync(CancellationToken.None);
    }

    private string[] Segments() => [.. LogFolder.Files(_folder.Path, LogKind.Events).Select(path => Path.Combine(_folder.Path, path))];

    private string? Segment() => Segments() is [_, ..] segments ? segments[_random.Next(segments.Length)] : null;

    private static string PartitionOf(string path) => Path.GetFileName(Path.GetDirectoryName(path)!);

    private static async Task<string> JsonAsync(AnalyticsService analytics, AnalyticsQuery query) =>
        JsonSerializer.Serialize(await analytics.GetAsync(query, CancellationToken.None), AnalyticsJsonContext.Default.AnalyticsReport);
}
