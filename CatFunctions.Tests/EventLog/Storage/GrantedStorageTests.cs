using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;
using CatFunctions.Core.Outbox;
using CatFunctions.Tests.Outbox;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace CatFunctions.Tests.EventLog.Storage;

/// <summary>Storage as somebody else has granted it: with few rights, and with policies of its own.</summary>
public sealed class GrantedStorageTests(Azurite azurite) : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly BlobTestLog _log = new(azurite);
    private readonly FakeTimeProvider _clock = new(Noon);

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_SAS_for_one_container_is_enough()
    {
        await _log.Container.CreateAsync();

        await RecordForTwoHoursAsync(Granted(BlobContainerSasPermissions.All));

        _log.Offsets().ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_SAS_for_a_container_that_is_not_there_says_that_it_has_to_be_created()
    {
        var container = Granted(BlobContainerSasPermissions.All);
        using var events = OutboxStoreContract.NewEvents(Noon, 1);

        var errors = new[]
        {
            await Should.ThrowAsync<EventLogException>(new AppendBlobSegmentStore(container).PrepareAsync(CancellationToken.None)),
            await Should.ThrowAsync<EventLogException>(new BlobOutboxStore(container).TryAddAsync(Noon, events, CancellationToken.None)),
        };

        errors.ShouldAllBe(error => error.Message.StartsWith($"There is no container {container.Name} in storage account devstoreaccount1, and this connection must not create it: it answers 403 "));
        errors.ShouldAllBe(error => error.Message.EndsWith($"Create it first: az storage container create --name {container.Name}"));
    }

    [Fact]
    public async Task A_SAS_that_may_only_read_is_refused_at_the_start()
    {
        await _log.Container.CreateAsync();
        var container = Granted(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List);

        var error = await Should.ThrowAsync<EventLogException>(new AppendBlobSegmentStore(container).PrepareAsync(CancellationToken.None));

        error.Message.ShouldContain("it answers 403 ");
        error.Message.ShouldContain("its SAS (permissions racwdl)");
        error.Message.ShouldNotContain("sig=");
    }

    [Theory]
    [InlineData("BlobImmutableDueToPolicy")]
    [InlineData("BlobImmutableDueToLegalHold")]
    public async Task An_immutable_container_is_refused_at_the_start_although_it_allows_appends(string errorCode)
    {
        await using var proxy = new FaultyStorage(azurite, share: 0, seed: 0)
        {
            // https://learn.microsoft.com/azure/storage/blobs/immutable-storage-overview: new blobs, and appends to them, and nothing else.
            Refuse = request => request.Method == HttpMethods.Delete || request.Query["comp"] == "metadata" ? (409, errorCode) : null,
        };
        var container = new BlobContainerClient(await proxy.StartAsync(), _log.Container.Name);

        var error = await Should.ThrowAsync<EventLogException>(new AppendBlobSegmentStore(container).PrepareAsync(CancellationToken.None));

        error.Message.ShouldBe($"Cannot write to the event log in container {container.Name} of storage account devstoreaccount1: it answers 409 {errorCode}. "
            + "Take another container: the log closes its blobs by their metadata, and the outbox deletes its own, "
            + "which an immutability policy or a legal hold forbids, even with protected appends.");
    }

    [Fact]
    public async Task While_somebody_holds_a_lease_recording_waits_and_goes_on_afterwards()
    {
        using var recorder = new EventRecorder(_log.Store, _clock);
        await recorder.RecordAsync(TestEvents.Events(0, 2), CancellationToken.None);
        var lease = _log.Container.GetAppendBlobClient(_log.Files(LogKind.Events).Single()).GetBlobLeaseClient();
        await lease.AcquireAsync(BlobLeaseClient.InfiniteLeaseDuration);

        var error = await Should.ThrowAsync<EventLogException>(recorder.RecordAsync(TestEvents.Events(2, 2), CancellationToken.None));
        await lease.BreakAsync(TimeSpan.Zero);
        var result = await recorder.RecordAsync(TestEvents.Events(2, 2), CancellationToken.None);

        error.Message.ShouldContain("it answers 412 LeaseIdMissing. Somebody else holds a lease on a blob of it; writing goes on when that ends.");
        result.Recorded.ShouldBe(2);
        _log.Offsets().ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task What_has_a_snapshot_is_deleted_all_the_same()
    {
        await RecordForTwoHoursAsync(_log.Container);
        var first = _log.Files(LogKind.Events)[0];
        await _log.Container.GetAppendBlobClient(first).CreateSnapshotAsync();
        var outbox = new BlobOutboxStore(_log.Container);
        using var events = OutboxStoreContract.NewEvents(Noon, 1);
        await outbox.TryAddAsync(Noon, events, CancellationToken.None);
        await _log.Container.GetBlobClient("outbox/20261122T120000000Z.jsonl").CreateSnapshotAsync();

        await _log.Store.DeleteAsync(SegmentName.TryParse(first)!, CancellationToken.None);
        await outbox.RemoveAsync(Noon, CancellationToken.None);

        _log.Files(LogKind.Events).Length.ShouldBe(1);
        (await outbox.ListAsync(CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_container_that_is_being_deleted_does_not_pass_for_a_tick_that_was_kept()
    {
        await using var proxy = new FaultyStorage(azurite, share: 0, seed: 0) { Refuse = _ => (409, "ContainerBeingDeleted") };
        var container = new BlobContainerClient(await proxy.StartAsync(), _log.Container.Name);
        using var events = OutboxStoreContract.NewEvents(Noon, 1);

        var error = await Should.ThrowAsync<EventLogException>(new BlobOutboxStore(container).TryAddAsync(Noon, events, CancellationToken.None));

        error.Message.ShouldContain("409 ContainerBeingDeleted");
    }

    private async Task RecordForTwoHoursAsync(BlobContainerClient container)
    {
        var store = new AppendBlobSegmentStore(container);
        await store.PrepareAsync(CancellationToken.None);
        await store.PrepareAsync(CancellationToken.None);
        var outbox = new BlobOutboxStore(container);
        using var events = OutboxStoreContract.NewEvents(Noon, 1);
        (await outbox.TryAddAsync(Noon, events, CancellationToken.None)).ShouldBeTrue();
        (await outbox.TryAddAsync(Noon, events, CancellationToken.None)).ShouldBeFalse();
        await outbox.RemoveAsync(Noon, CancellationToken.None);
        using var recorder = new EventRecorder(store, _clock);
        await recorder.RecordAsync(TestEvents.Events(0, 2), CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(1));
        await recorder.RecordAsync(TestEvents.Events(2, 2), CancellationToken.None);
    }

    /// <summary>The container as the connection string of a SAS gives it, which is what the portal shows.</summary>
    private BlobContainerClient Granted(BlobContainerSasPermissions permissions)
    {
        var sas = new BlobSasBuilder(permissions, DateTimeOffset.UtcNow.AddHours(1)) { BlobContainerName = _log.Container.Name, Resource = "c" };
        var query = sas.ToSasQueryParameters(new StorageSharedKeyCredential("devstoreaccount1", Azurite.Key));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            [new("EventLogStorage", $"BlobEndpoint=http://127.0.0.1:{azurite.Port}/devstoreaccount1;SharedAccessSignature={query}")]).Build();
        return BlobConnection.Connect(configuration, _log.Container.Name);
    }
}
