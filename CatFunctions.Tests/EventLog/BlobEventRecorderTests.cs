using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace CatFunctions.Tests.EventLog;

/// <summary>The promise over append blobs, and what can only happen to blobs.</summary>
public sealed class BlobEventRecorderTests(Azurite azurite) : EventRecorderContract<BlobTestLog>(new BlobTestLog(azurite))
{
    private const string First = "events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000000.jsonl";
    private const string Next = "events/date=2026-11-22/hour=09/partition=0/0001-00000000000000000003.jsonl";

    [Fact]
    public async Task A_successor_that_a_crash_has_only_named_is_created_by_the_next_recorder()
    {
        await Record(TestEvents.Events(0, 3));
        await Log.Container.GetAppendBlobClient(First).SetMetadataAsync(new Dictionary<string, string> { ["successor"] = Next });
        Restart();

        (await Record(TestEvents.Events(1, 5))).ShouldBe(new RecordResult(3, 2, 0, 0));

        Log.Files(LogKind.Events).ShouldBe([First, Next]);
        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task A_first_segment_that_a_crash_has_only_named_is_created_by_the_next_recorder()
    {
        await Log.Container.CreateAsync();
        await Log.Container.GetAppendBlobClient(".origins/events/partition=0").CreateAsync(
            new AppendBlobCreateOptions { Metadata = new Dictionary<string, string> { ["successor"] = First } });

        await Record(TestEvents.Events(0, 3));

        Log.Files(LogKind.Events).ShouldBe([First]);
    }

    [Fact]
    public async Task Nobody_can_append_to_a_segment_that_has_a_successor()
    {
        await Record(TestEvents.Events(0, 3));
        var zombie = (await Log.Store.OpenNewestAsync(LogKind.Events, 0, CancellationToken.None))!;
        Clock.Advance(TimeSpan.FromHours(1));
        await Record(TestEvents.Events(3, 3));

        (await Log.Store.TryAppendAsync(zombie, "{}\n"u8.ToArray(), CancellationToken.None)).ShouldBeNull();
        (await Log.Store.TryCreateAsync(zombie.Name with { BaseOffset = 3 }, zombie, CancellationToken.None)).ShouldBeNull();

        Log.Files(LogKind.Events).Length.ShouldBe(2);
        Log.Offsets().ShouldBe([0, 1, 2, 3, 4, 5]);
    }

    [Theory]
    [InlineData("{\"kafkapartition\":0,\"kafkaoff")]
    [InlineData("a foreign line\n")]
    public async Task A_blob_that_ends_in_the_middle_of_a_line_or_with_a_foreign_one_is_a_clear_error(string end)
    {
        await Record(TestEvents.Events(0, 3));
        Log.Append(First, end);
        Restart();

        var error = await Record(TestEvents.Events(3, 1)).ShouldThrowAsync<EventLogException>();

        error.Message.ShouldStartWith(First);
        error.Message.ShouldNotContain('\n');
    }

    [Fact]
    public async Task A_blob_of_another_kind_is_a_clear_error()
    {
        await Record(TestEvents.Events(0, 3));
        var text = Encoding.UTF8.GetBytes(Log.Read(First));
        await Log.Container.DeleteBlobAsync(First);
        var blob = Log.Container.GetBlockBlobClient(First);
        await blob.StageBlockAsync("AAAA", new MemoryStream(text));
        await blob.CommitBlockListAsync(["AAAA"]);
        Restart();

        var error = await Record(TestEvents.Events(3, 1)).ShouldThrowAsync<EventLogException>();

        error.Message.ShouldStartWith($"Cannot write to the event log in container {Log.Container.Name} of storage account devstoreaccount1: it answers 409 InvalidBlobType");
    }

    [Fact]
    public async Task A_wrong_key_is_a_clear_error_that_does_not_tell_it()
    {
        const string WrongKey = "d3Jvbmcga2V5";
        var container = new BlobContainerClient(azurite.ConnectionString.Replace(AccountKey(), WrongKey, StringComparison.Ordinal), "cat-events");

        var error = await new AppendBlobSegmentStore(container).PrepareAsync(CancellationToken.None).ShouldThrowAsync<EventLogException>();

        error.Message.ShouldContain("403");
        error.Message.ShouldNotContain(WrongKey);
        error.Message.ShouldNotContain('\n');

        string AccountKey() => azurite.ConnectionString.Split("AccountKey=")[1].Split(';')[0];
    }

    [Fact]
    public async Task Storage_that_cannot_be_reached_is_a_clear_error()
    {
        var container = new BlobContainerClient(
            Azurite.ConnectionStringOf(port: 1), "cat-events", new BlobClientOptions { Retry = { MaxRetries = 1, Delay = TimeSpan.Zero } });

        var error = await new AppendBlobSegmentStore(container).PrepareAsync(CancellationToken.None).ShouldThrowAsync<EventLogException>();

        error.Message.ShouldBe(
            "Cannot write to the event log in container cat-events of storage account devstoreaccount1: "
            + "Connection refused (127.0.0.1:1). Check the address of the account and the network.");
    }

    [Fact]
    public async Task A_cancelled_read_is_no_error_of_the_storage() =>
        await Log.Store.ListAsync(LogKind.Events, null, new CancellationToken(canceled: true)).ShouldThrowAsync<OperationCanceledException>();

    [Fact]
    public void After_any_sequence_of_deliveries_the_log_holds_what_was_delivered_once_and_in_order() =>
        RecorderProperty.Check(5, () => new BlobTestLog(azurite));
}
