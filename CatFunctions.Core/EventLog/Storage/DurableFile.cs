using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Core.EventLog.Storage;

/// <summary>
/// Files and folders that are on the disk when the disk has said so. Only the owner may write to them, and only the group
/// may read them too.
/// </summary>
internal static partial class DurableFile
{
    private const UnixFileMode FilePermissions = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private const UnixFileMode FolderPermissions = FilePermissions | UnixFileMode.UserExecute | UnixFileMode.GroupExecute;

    /// <summary>What to do where a folder cannot be written to.</summary>
    public const string ChooseAnotherFolder = "Choose a folder that this user may write to, on a disk with room.";

    // A draft of that age is what a process has left that was killed.
    private static readonly TimeSpan DraftLifetime = TimeSpan.FromMinutes(10);

    /// <summary>Does something with files.</summary>
    /// <param name="what">What is done: "read the event log in ./data".</param>
    /// <param name="nextStep">What to do when that fails.</param>
    /// <exception cref="EventLogException">It could not be done.</exception>
    public static T Guard<T>(string what, Func<T> action, string nextStep)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EventLogException($"Cannot {what}: {exception.Message.TrimEnd('.')}. {nextStep}", exception);
        }
    }

    /// <summary>Creates a file that must not exist yet. Its name is durable once its folder is flushed.</summary>
    public static SafeFileHandle Create(string path)
    {
        using (Open(path, FileMode.CreateNew, FileShare.ReadWrite))
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
    }

    /// <summary>Opens a file to read it while others may write, replace or delete it; null if it is not there.</summary>
    public static Stream? OpenIfThere(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A name for a file until it is whole and gets its own.</summary>
    public static string DraftOf(string path) => $"{path}.{Guid.NewGuid():N}.draft";

    /// <summary>Deletes the drafts that processes have left behind in a folder.</summary>
    public static void DeleteOldDrafts(string folder)
    {
        foreach (var draft in Directory.EnumerateFiles(folder, "*.draft"))
        {
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(draft) > DraftLifetime)
            {
                File.Delete(draft);
            }
        }
    }

    /// <summary>Opens a file that is created if it does not exist. What is written to it is not buffered here.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FilePermissions;
        }

        return new FileStream(path, options);
    }

    /// <summary>Creates a folder, and those above it, unless it exists. What was created is durable.</summary>
    public static void CreateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(Path.GetFullPath(path));
        if (parent is not null)
        {
            CreateFolder(parent);
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, FolderPermissions);
            FlushFolder(parent ?? path);
        }
    }

    /// <summary>Makes durable what was written to a file.</summary>
    /// <exception cref="IOException">The disk did not confirm it. It says so once: a second flush proves nothing.</exception>
    /// <remarks>
    /// <see cref="RandomAccess.FlushToDisk"/> cannot fail on Linux: the runtime's native part returns 1 on an error, and
    /// the caller tests for a negative number (.NET 10.0.12).
    /// </remarks>
    public static void Flush(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
        {
            while (FSync(file) != 0)
            {
                ThrowUnlessInterrupted();
            }
        }
        else
        {
            RandomAccess.FlushToDisk(file);
        }
    }

    /// <summary>Makes durable which files and folders a folder holds.</summary>
    /// <exception cref="IOException">The disk did not confirm it.</exception>
    public static void FlushFolder(string path)
    {
        const int AccessDenied = 13;
        const int InvalidArgument = 22;
        if (OperatingSystem.IsWindows())
        {
            return; // a folder cannot be flushed there, and need not be
        }

        try
        {
            using var folder = OpenFolder(path, flags: 0);
            while (folder.IsInvalid || FSync(folder) != 0)
            {
                ThrowUnlessInterrupted();
            }
        }
        catch (IOException exception) when (exception.InnerException is Win32Exception { NativeErrorCode: AccessDenied or InvalidArgument })
        {
            // The folder belongs to somebody else, or its file system flushes nothing but files.
        }
    }

    private static void ThrowUnlessInterrupted()
    {
        const int Interrupted = 4;
        var error = new Win32Exception(Marshal.GetLastPInvokeError());
        if (error.NativeErrorCode != Interrupted)
        {
            throw new IOException($"The disk did not confirm a write ({error.Message})", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFolder(string path, int flags);
}
