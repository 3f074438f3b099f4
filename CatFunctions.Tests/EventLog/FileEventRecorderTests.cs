using CatFunctions.Core.EventLog.DeadLetters;

namespace CatFunctions.Tests.EventLog;

/// <summary>The promise over files, and what can only happen to files.</summary>
public sealed class FileEventRecorderTests() : EventRecorderContract<FileTestLog>(new FileTestLog())
{
    [Fact]
    public async Task A_tail_that_was_cut_at_any_byte_is_repaired()
    {
        await Record(TestEvents.Events(0, 3));
        var path = Log.PathOf(Log.Files(LogKind.Events).Single());
        var whole = await File.ReadAllBytesAsync(path);

        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(path, whole[..length]);
            Restart();

            (await Record(TestEvents.Events(0, 3))).Recorded.ShouldBe(3 - whole.AsSpan(0, length).Count((byte)'\n'));
            (await File.ReadAllBytesAsync(path)).ShouldBe(whole);
        }
    }

    [Fact]
    public async Task A_dead_letter_of_a_version_that_kept_no_headers_is_recognized_when_it_is_delivered_again()
    {
        var record = TestEvents.Record(5, [1]) with { Headers = [new("a", [1])] };
        await Record([record]);
        var path = Log.PathOf(Log.Files(LogKind.DeadLetters).Single());
        var line = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, line[..line.IndexOf(",\"headers\"", StringComparison.Ordinal)] + "}\n");
        Restart();

        (await Record([record])).ShouldBe(new RecordResult(0, 1, 0, 0));
    }

    [Fact]
    public async Task A_torn_tail_is_cut_when_the_next_append_opens_a_new_segment()
    {
        await Record(TestEvents.Events(0, 3));
        var path = Log.PathOf(Log.Files(LogKind.Events).Single());
        await File.AppendAllTextAsync(path, "{\"kafkapartition\":0,\"kaf");
        Restart();
        Clock.Advance(TimeSpan.FromHours(1));

        await Record(TestEvents.Events(3, 1));

        Log.Offsets().ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_a_clear_error_and_the_batch_can_be_given_again()
    {
        var blocker = Log.PathOf(LogKind.Events.FolderName);
        await File.WriteAllTextAsync(blocker, "");

        await Record(TestEvents.Events(0, 3)).ShouldThrowAsync<EventLogException>();
        File.Delete(blocker);

        (await Record(TestEvents.Events(0, 3))).Recorded.ShouldBe(3);
    }

    [Fact]
    public async Task Files_that_are_no_segments_do_not_disturb()
    {
        await Record(TestEvents.Events(0, 3));
        var folder = Path.GetDirectoryName(Log.Files(LogKind.Events).Single())!;
        Log.Append(Path.Combine(folder, "notes.jsonl"), "mine\n");
        Log.Append(Path.Combine(folder, "00001-00000000000000000009.jsonl"), "mine\n");
        Log.Append(Path.Combine(folder, "a copy of 0001-00000000000000000000.jsonl"), "mine too\n");
        Restart();

        (await Record(TestEvents.Events(0, 5))).ShouldBe(new RecordResult(2, 3, 0, 0));

        (await Log.Store.ListAsync(LogKind.Events, 0, CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_torn_mark_of_a_replay_is_cut_by_the_next_one()
    {
        await Record([TestEvents.Record(3, [1]), TestEvents.Record(4, [1])]);
        var letters = new DeadLetterLog(Log.Store, Clock);
        await letters.MarkAsync([Mark(3)], CancellationToken.None);
        Log.Append(Log.Files(LogKind.Replays).Single(), "{\"kafkapartition\":0,\"kafka");

        await letters.MarkAsync([Mark(4)], CancellationToken.None);

        Log.Offsets(LogKind.Replays).ShouldBe([3, 4]);

        ReplayMark Mark(long offset) => new(0, offset, 1, Clock.GetUtcNow().UtcDateTime, "cats", 0, 0);
    }

    [Fact]
    public async Task Folders_of_deleted_hours_are_gone()
    {
        await Record(TestEvents.Events(0, 5));
        Clock.Advance(TimeSpan.FromDays(1));
        await Record(TestEvents.Events(5, 5));

        await Log.Store.DeleteAsync(SegmentName.TryParse(Log.Files(LogKind.Events)[0])!, CancellationToken.None);

        Directory.GetDirectories(Log.PathOf(LogKind.Events.FolderName)).Select(Path.GetFileName).ShouldBe(["date=2026-11-23"]);
    }

    [Fact]
    public void After_any_sequence_of_deliveries_the_log_holds_what_was_delivered_once_and_in_order() =>
        RecorderProperty.Check(200, () => new FileTestLog());
}
