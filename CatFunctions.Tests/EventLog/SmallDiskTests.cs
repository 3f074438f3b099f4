using CatFunctions.Core.EventLog.Verification;

namespace CatFunctions.Tests.EventLog;

/// <summary>Disks that are full or cannot be written to: real ones, since root passes all other checks.</summary>
public sealed class SmallDiskTests
{
    [SmallDiskFact]
    public async Task On_a_full_disk_a_batch_is_refused_clearly_and_nothing_is_lost_or_doubled_once_there_is_room()
    {
        using var disk = new SmallDisk("256k");
        using var recorder = new EventRecorder(new FileSegmentStore(disk.Path), TimeProvider.System);
        var batches = Enumerable.Range(0, 40).Select(batch => TestEvents.Events(batch * 50, 50)).ToArray();
        var refused = 0;

        foreach (var batch in batches)
        {
            try
            {
                await recorder.RecordAsync(batch, CancellationToken.None);
            }
            catch (EventLogException exception)
            {
                exception.Message.ShouldStartWith($"Cannot write to the event log in {disk.Path}: ");
                exception.Message.ShouldContain("on a disk with room");
                refused++;
                await recorder.RecordAsync(batch, CancellationToken.None).ShouldThrowAsync<EventLogException>();
                disk.Remount("size=16m");
                await recorder.RecordAsync(batch, CancellationToken.None);
            }
        }

        refused.ShouldBe(1);
        LogFolder.Offsets(disk.Path).ShouldBe(Enumerable.Range(0, 2000).Select(offset => (long)offset));
    }

    [SmallDiskFact]
    public async Task On_a_read_only_disk_a_log_is_refused_clearly_and_can_still_be_verified()
    {
        using var disk = new SmallDisk("256k");
        var store = new FileSegmentStore(disk.Path);
        using var recorder = new EventRecorder(store, TimeProvider.System);
        await recorder.RecordAsync(TestEvents.Events(0, 10), CancellationToken.None);
        disk.Remount("ro");

        var error = await Should.ThrowAsync<EventLogException>(() => store.PrepareAsync(CancellationToken.None));
        await recorder.RecordAsync(TestEvents.Events(10, 10), CancellationToken.None).ShouldThrowAsync<EventLogException>();
        var report = await new LogVerifier(store).VerifyAsync(CancellationToken.None);
        disk.Remount("rw");
        await recorder.RecordAsync(TestEvents.Events(10, 10), CancellationToken.None);

        error.Message.ShouldStartWith($"Cannot write to the event log in {disk.Path}: Read-only file system");
        report.Events.ShouldBe(10);
        LogFolder.Offsets(disk.Path).ShouldBe(Enumerable.Range(0, 20).Select(offset => (long)offset));
    }
}
