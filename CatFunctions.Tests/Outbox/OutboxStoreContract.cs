using CatFunctions.Core.Outbox;
using CatFunctions.Tests.EventLog;

namespace CatFunctions.Tests.Outbox;

public sealed class FileOutboxStoreTests : OutboxStoreContract
{
    private readonly TempFolder _folder = new();

    public FileOutboxStoreTests() => Store = new FileOutboxStore(_folder.Path);

    protected override IOutboxStore Store { get; }

    [Fact]
    public async Task What_a_crash_has_left_half_written_is_not_a_tick()
    {
        await AddAsync(Noon, 1);
        File.WriteAllText(Path.Combine(_folder.Path, "outbox", "20261122T120005000Z.jsonl.0a1b.draft"), "{");

        (await Store.ListAsync(CancellationToken.None)).ShouldBe([Noon]);
    }

    [Fact]
    public async Task What_a_crash_has_left_half_written_is_deleted_by_a_later_process()
    {
        await AddAsync(Noon, 1);
        var (old, young) = (Path.Combine(_folder.Path, "outbox", "old.draft"), Path.Combine(_folder.Path, "outbox", "young.draft"));
        File.WriteAllText(old, "{");
        File.WriteAllText(young, "{");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddMinutes(-11));
        using var events = NewEvents(Noon.AddSeconds(5), 1);

        await new FileOutboxStore(_folder.Path).TryAddAsync(Noon.AddSeconds(5), events, CancellationToken.None);

        File.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_to_is_an_error_that_names_it()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        using var events = NewEvents(Noon, 1);

        var error = await Should.ThrowAsync<EventLogException>(
            async () => await new FileOutboxStore(file).TryAddAsync(Noon, events, CancellationToken.None));

        error.Message.ShouldStartWith($"Cannot write to the outbox in {Path.Combine(file, "outbox")}: ");
        error.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_tick_is_a_file_of_lines_beside_the_log()
    {
        await AddAsync(Noon, 2);

        File.ReadAllLines(Path.Combine(_folder.Path, "outbox", "20261122T120000000Z.jsonl")).ShouldBe(Values(Noon, 2));
    }

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }
}

public sealed class BlobOutboxStoreTests : OutboxStoreContract
{
    private readonly BlobTestLog _log;

    public BlobOutboxStoreTests(Azurite azurite)
    {
        _log = new BlobTestLog(azurite);
        Store = new BlobOutboxStore(_log.Container);
    }

    protected override IOutboxStore Store { get; }

    [Fact]
    public async Task A_container_that_is_not_there_has_no_ticks()
    {
        (await Store.ListAsync(CancellationToken.None)).ShouldBeEmpty();
        (await Store.OpenAsync(Noon, CancellationToken.None)).ShouldBeNull();
    }

    public override void Dispose()
    {
        _log.Dispose();
        base.Dispose();
    }
}

/// <summary>What every outbox store does.</summary>
public abstract class OutboxStoreContract : IDisposable
{
    private protected static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    protected abstract IOutboxStore Store { get; }

    [Fact]
    public async Task The_events_of_a_tick_come_back_in_order_and_byte_for_byte()
    {
        await AddAsync(Noon, 1000);

        (await ReadAsync(Noon)).ShouldBe(Values(Noon, 1000));
    }

    [Fact]
    public async Task A_tick_that_is_there_stays_as_it_is()
    {
        (await AddAsync(Noon, 2)).ShouldBeTrue();

        (await AddAsync(Noon, 3)).ShouldBeFalse();

        (await ReadAsync(Noon)).ShouldBe(Values(Noon, 2));
    }

    [Fact]
    public async Task Ticks_are_listed_from_the_oldest_on_until_they_are_removed()
    {
        (await Store.ListAsync(CancellationToken.None)).ShouldBeEmpty();
        await AddAsync(Noon.AddSeconds(5), 1);
        await AddAsync(Noon, 1);
        await AddAsync(Noon.AddMilliseconds(5_500), 1);

        (await Store.ListAsync(CancellationToken.None)).ShouldBe([Noon, Noon.AddSeconds(5), Noon.AddMilliseconds(5_500)]);

        await Store.RemoveAsync(Noon.AddSeconds(5), CancellationToken.None);
        await Store.RemoveAsync(Noon.AddSeconds(5), CancellationToken.None);

        (await Store.ListAsync(CancellationToken.None)).ShouldBe([Noon, Noon.AddMilliseconds(5_500)]);
        (await Store.OpenAsync(Noon.AddSeconds(5), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_many_that_add_a_tick_one_does()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => AddAsync(Noon, 10))));

        added.Count(isAdded => isAdded).ShouldBe(1);
        (await ReadAsync(Noon)).ShouldBe(Values(Noon, 10));
    }

    public virtual void Dispose() => GC.SuppressFinalize(this);

    internal static TickEvents NewEvents(DateTimeOffset tick, int count)
    {
        var events = new TickEvents(count);
        foreach (var value in Values(tick, count))
        {
            events.Add("MTY3ODIyMQ", Encoding.UTF8.GetBytes(value));
        }

        return events;
    }

    private protected static string[] Values(DateTimeOffset tick, int count) =>
        [.. Enumerable.Range(0, count).Select(index => Encoding.UTF8.GetString(TestEvents.WithIndex(index, Tick.NameOf(tick), count)))];

    private protected async Task<bool> AddAsync(DateTimeOffset tick, int count)
    {
        using var events = NewEvents(tick, count);
        return await Store.TryAddAsync(tick, events, CancellationToken.None);
    }

    private async Task<string[]> ReadAsync(DateTimeOffset tick)
    {
        await using var stream = await Store.OpenAsync(tick, CancellationToken.None);
        using var reader = new StreamReader(stream.ShouldNotBeNull());
        return (await reader.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
