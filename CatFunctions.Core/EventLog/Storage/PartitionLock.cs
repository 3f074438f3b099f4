namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// Keeps the writers of a partition apart, in all processes that share the folder. The lock is on a file of its own,
/// because readers of the segments must never wait; the operating system frees it when its holder dies.
/// </summary>
internal sealed class PartitionLock : IDisposable
{
    private static readonly TimeSpan AcquireTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly FileStream _file;

    private PartitionLock(FileStream file) => _file = file;

    /// <summary>Waits until the lock is free, and takes it.</summary>
    /// <exception cref="EventLogException">Another process holds it for too long.</exception>
    public static PartitionLock Acquire(string root, string name, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(root, ".locks");
        DurableFile.CreateFolder(folder);
        var path = Path.Combine(folder, name);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return new PartitionLock(DurableFile.Open(path, FileMode.OpenOrCreate, FileShare.None));
            }
            catch (IOException exception) when (IsSharingViolation(exception))
            {
                if (TimeProvider.System.GetElapsedTime(started) > AcquireTimeout)
                {
                    throw new EventLogException(
                        $"Another process has held {path} for {AcquireTimeout.TotalSeconds:F0} s. Stop the recorder that hangs, and start again.",
                        exception);
                }

                cancellationToken.WaitHandle.WaitOne(Pause);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    // ERROR_SHARING_VIOLATION on Windows; elsewhere .NET locks with flock(2) and gives EWOULDBLOCK of Linux or macOS.
    private static bool IsSharingViolation(IOException exception) =>
        exception.HResult is unchecked((int)0x80070020) or 11 or 35;
}
