namespace CatFunctions.Tests.EventLog.Storage;

public sealed class FileSnapshotStoreTests : SnapshotStoreContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public FileSnapshotStoreTests() => Store = new FileSnapshotStore(_folder.Path);

    protected override ISnapshotStore Store { get; }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_crash_has_left_half_written_is_not_read_and_deleted_later()
    {
        await Store.WriteAsync(Date, ["old"u8.ToArray()], CancellationToken.None);
        var (old, young) = (Path.Combine(_folder.Path, "snapshots", "2026-11-22.0.draft"), Path.Combine(_folder.Path, "snapshots", "2026-11-22.1.draft"));
        File.WriteAllText(old, "n");
        File.WriteAllText(young, "n");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddMinutes(-11));

        (await ReadAsync()).ShouldBe("old");
        (await Store.ListAsync(CancellationToken.None)).ShouldBe([Date]);
        await Store.WriteAsync(Date, ["new"u8.ToArray()], CancellationToken.None);

        (await ReadAsync()).ShouldBe("new");
        File.Exists(old).ShouldBeFalse();
        File.Exists(young).ShouldBeTrue();
    }
}

public sealed class BlobSnapshotStoreTests : SnapshotStoreContract, IAsyncDisposable
{
    private readonly BlobTestLog _log;

    public BlobSnapshotStoreTests(Azurite azurite)
    {
        _log = new BlobTestLog(azurite);
        Store = new BlobSnapshotStore(_log.Container);
    }

    protected override ISnapshotStore Store { get; }

    public ValueTask DisposeAsync()
    {
        _log.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async Task PrepareAsync() => await _log.Container.CreateIfNotExistsAsync();
}

/// <summary>Snapshots are replaced as a whole, wherever they are.</summary>
public abstract class SnapshotStoreContract
{
    protected static DateOnly Date => new(2026, 11, 22);

    protected abstract ISnapshotStore Store { get; }

    [Fact]
    public async Task A_store_without_a_log_holds_nothing()
    {
        (await Store.ListAsync(CancellationToken.None)).ShouldBeEmpty();
        (await ReadAsync()).ShouldBe("");
    }

    [Fact]
    public async Task Snapshots_of_a_date_are_replaced_and_deleted()
    {
        await PrepareAsync();
        await Store.WriteAsync(Date, ["old"u8.ToArray()], CancellationToken.None);
        await Store.WriteAsync(Date.AddDays(1), ["another"u8.ToArray()], CancellationToken.None);
        await Store.WriteAsync(Date, ["new"u8.ToArray(), "er"u8.ToArray()], CancellationToken.None);

        (await Store.ListAsync(CancellationToken.None)).ShouldBe([Date, Date.AddDays(1)]);
        (await ReadAsync()).ShouldBe("newer");

        await Store.DeleteAsync(Date, CancellationToken.None);
        await Store.DeleteAsync(Date, CancellationToken.None);

        (await ReadAsync()).ShouldBe("");
        (await Store.ListAsync(CancellationToken.None)).ShouldBe([Date.AddDays(1)]);
    }

    protected virtual Task PrepareAsync() => Task.CompletedTask;

    protected async Task<string> ReadAsync()
    {
        await using var file = await Store.OpenAsync(Date, CancellationToken.None);
        return file is null ? "" : await new StreamReader(file).ReadToEndAsync();
    }
}
