using System.IO.Pipes;
using CatFunctions.Core.EventLog.Verification;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Tests.EventLog.Storage;

/// <summary>Files, when the disk does not do what it was told. scripts/durability.sh does the same to real file systems.</summary>
public sealed class DurabilityTests() : RecorderTest<FileTestLog>(new FileTestLog())
{
    private const int PageSize = 4096;

    private Action<SafeFileHandle> _flush = DurableFile.Flush;

    [Fact]
    public void A_flush_that_the_system_refuses_is_an_error()
    {
        using var pipe = new AnonymousPipeServerStream();
        using var handle = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);

        Should.Throw<IOException>(() => DurableFile.Flush(handle));
    }

    [Fact]
    public void A_folder_that_is_gone_cannot_be_flushed() =>
        Should.Throw<IOException>(() => DurableFile.FlushFolder(Log.PathOf("gone"))).Message.ShouldContain("No such file");

    [Fact]
    public async Task When_a_flush_fails_once_the_lines_are_written_again_since_their_pages_are_lost()
    {
        await Record(0, 100);
        FailFlushes(1);

        (await Record(100, 100)).Recorded.ShouldBe(100);

        Log.Offsets().ShouldBe(Offsets(200));
    }

    [Fact]
    public async Task When_a_flush_fails_twice_nothing_counts_as_recorded_and_nothing_is_left_behind()
    {
        await Record(0, 100);
        FailFlushes(2);

        var error = await Record(100, 100).ShouldThrowAsync<EventLogException>();

        error.Message.ShouldStartWith($"Cannot write to the event log in {Log.Root}: the disk lost it.");
        Log.Offsets().ShouldBe(Offsets(100));
        (await Record(100, 100)).ShouldBe(new RecordResult(100, 0, 0, 0));
        Log.Offsets().ShouldBe(Offsets(200));
    }

    [Fact]
    public async Task A_redelivery_counts_only_when_what_a_killed_recorder_has_left_is_durable()
    {
        await KillBeforeFlush(0, 100);
        var flushed = 0;
        _flush = file =>
        {
            flushed++;
            DurableFile.Flush(file);
        };

        (await Record(0, 100)).ShouldBe(new RecordResult(0, 100, 0, 0));

        flushed.ShouldBe(1);
    }

    [Fact]
    public async Task A_redelivery_does_not_count_when_what_a_killed_recorder_has_left_cannot_be_made_durable()
    {
        await Record(0, 50);
        await KillBeforeFlush(50, 50);
        FailFlushes(1);

        await Record(0, 100).ShouldThrowAsync<EventLogException>();

        (await Record(0, 100)).Recorded.ShouldBeInRange(1, 50, "a page of the last append is lost");
        Log.Offsets().ShouldBe(Offsets(100));
    }

    [Fact]
    public async Task What_was_read_is_written_again_before_it_is_believed_since_an_earlier_flush_may_have_lost_it()
    {
        await Record(0, 100);
        var path = Log.PathOf(Log.Files(LogKind.Events).Single());
        var written = File.GetLastWriteTimeUtc(path);
        File.SetLastWriteTimeUtc(path, written.AddDays(-1));
        Restart();

        await Record(0, 100);

        File.GetLastWriteTimeUtc(path).ShouldBeGreaterThan(written.AddHours(-1));
        Log.Offsets().ShouldBe(Offsets(100));
    }

    [Theory]
    [InlineData(0)]
    [InlineData((byte)'x')]
    public async Task A_damaged_page_in_the_last_append_costs_no_record_and_doubles_none(byte damage)
    {
        await Record(0, 10);
        await Record(10, 90);
        var path = Log.PathOf(Log.Files(LogKind.Events).Single());
        var whole = await File.ReadAllBytesAsync(path);
        for (var page = 0; page * PageSize < whole.Length; page++)
        {
            var damaged = whole.ToArray();
            damaged.AsSpan(page * PageSize, Math.Min(PageSize, whole.Length - (page * PageSize))).Fill(damage);
            await File.WriteAllBytesAsync(path, damaged);
            Restart();

            await Record(0, 100);
            await Record(100, 1);

            Log.Offsets().ShouldBe(Offsets(101));
            (await File.ReadAllBytesAsync(path)).AsSpan(0, whole.Length).SequenceEqual(whole).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("a foreign line\n")]
    [InlineData("\n")]
    [InlineData("{\"kafkapartition\":1,\"kafkaoffset\":3,\"id\":\"of another partition\"}\n")]
    [InlineData("{\"kafkapartition\":0,\"kafkaoffset\":2,\"id\":\"of an offset that was there\"}\n")]
    [InlineData("{\"kafkapartition\":0,\"kafkaoffset\":3,\"id\":\"not all\n")]
    [InlineData("{\"kafkapartition\":0,\"kafkaoffset\":3,\"id\":\"one\"}{\"id\":\"and another\"}\n")]
    public async Task A_last_line_that_is_none_of_the_log_is_cut(string line)
    {
        await Record(0, 3);
        Log.Append(Log.Files(LogKind.Events).Single(), line);
        Restart();

        (await Record(3, 2)).ShouldBe(new RecordResult(2, 0, 0, 0));

        Log.Offsets().ShouldBe(Offsets(5));
    }

    [Fact]
    public async Task A_line_longer_than_an_append_is_checked_as_a_whole()
    {
        var batch = new[] { TestEvents.Event(0), TestEvents.Record(1, TestEvents.With("filler", new string('x', 6 << 20))) };
        await Record(batch);
        var path = Log.PathOf(Log.Files(LogKind.Events).Single());
        var whole = await File.ReadAllBytesAsync(path);
        Restart();
        (await Record(batch)).Redelivered.ShouldBe(2);
        Damage(path, position: 1000);
        Restart();

        (await Record(batch)).ShouldBe(new RecordResult(1, 1, 0, 0));

        (await File.ReadAllBytesAsync(path)).SequenceEqual(whole).ShouldBeTrue();
    }

    [Fact]
    public async Task A_line_that_was_damaged_before_the_last_append_stays_and_is_named()
    {
        var filler = new string('x', 900 * 1024);
        await Record(
            [.. Enumerable.Range(0, 6).Select(offset => TestEvents.Record(offset, TestEvents.With("id", $"20261122T080000000Z-{offset}", "filler", filler)))]);
        Damage(Log.PathOf(Log.Files(LogKind.Events).Single()), position: 100);
        Restart();

        (await Record(6, 3)).ShouldBe(new RecordResult(3, 0, 0, 0));

        var report = await new LogVerifier(Log.Store).VerifyAsync(CancellationToken.None);
        report.Events.ShouldBe(9);
        report.Problems.ShouldContain(problem => problem.Contains("offset 0: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_log_is_for_its_owner_and_readable_by_the_group()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such permissions.");
        await Record([TestEvents.Event(0), TestEvents.Record(1, [1])]);

        foreach (var entry in new DirectoryInfo(Log.Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            Convert.ToString((int)entry.UnixFileMode, 8).ShouldBe(entry is DirectoryInfo ? "750" : "640", entry.FullName);
        }
    }

    private static IEnumerable<long> Offsets(int count) => Enumerable.Range(0, count).Select(offset => (long)offset);

    private static void Damage(string path, long position)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, new byte[10], position);
    }

    private Task<RecordResult> Record(int first, int count) => Record(TestEvents.Events(first, count));

    private protected override EventRecorder NewRecorder() => new(new FileSegmentStore(Log.Root) { Flush = file => _flush(file) }, Clock);

    /// <summary>Writes what no flush was made for, as a recorder does that is killed then.</summary>
    private async Task KillBeforeFlush(int first, int count)
    {
        _flush = _ => throw new OperationCanceledException();
        await Record(first, count).ShouldThrowAsync<OperationCanceledException>();
        _flush = DurableFile.Flush;
        Restart();
    }

    /// <summary>Lets flushes fail, each after all of the last page of the file was dropped, as a file system does with what it could not write.</summary>
    private void FailFlushes(int count) => _flush = file =>
    {
        if (count-- > 0)
        {
            RandomAccess.Write(file, new byte[PageSize], RandomAccess.GetLength(file) - PageSize);
            throw new IOException("the disk lost it");
        }

        DurableFile.Flush(file);
    };
}
