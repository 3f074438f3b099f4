using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;

[assembly: AssemblyFixture(typeof(CatFunctions.Tests.EventLog.Azurite))]

namespace CatFunctions.Tests.EventLog;

/// <summary>
/// Azurite, the emulator of Azure Storage, in memory and in one process for all tests, which starts when the first of them
/// asks for it. scripts/install-azurite.sh puts it where this finds it.
/// </summary>
public sealed class Azurite : IDisposable
{
    // The account that every emulator has; see https://learn.microsoft.com/azure/storage/common/storage-use-azurite.
    private const string Account = "devstoreaccount1";
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string Program = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "catfunctions/azurite-3.37.0/node_modules/azurite/dist/src/blob/main.js");

    private readonly TempFolder _folder = new();
    private readonly Lazy<(Process Process, int Port)> _running;

    public Azurite() => _running = new(Start);

    /// <summary>Where it listens.</summary>
    public int Port => _running.Value.Port;

    /// <summary>The connection string of its account.</summary>
    public string ConnectionString => ConnectionStringOf(Port);

    /// <summary>The connection string of its account behind another port.</summary>
    public static string ConnectionStringOf(int port) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{port}/{Account};";

    public BlobContainerClient Connect(string container) => new(ConnectionString, container);

    public void Dispose()
    {
        if (_running.IsValueCreated)
        {
            using var process = _running.Value.Process;
            process.Kill();
            process.WaitForExit();
        }

        _folder.Dispose();
    }

    private (Process Process, int Port) Start()
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException($"{Program} is missing. Run scripts/install-azurite.sh, once.");
        }

        var port = FreePort();
        string[] arguments =
        [
            Program, "--blobHost", "127.0.0.1", "--blobPort", $"{port}",
            "--inMemoryPersistence", "--skipApiVersionCheck", "--loose", "--silent", "--disableTelemetry",
        ];
        var process = Process.Start(
            new ProcessStartInfo("node", arguments) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is var line && line?.Contains("successfully listens", StringComparison.Ordinal) != true)
        {
            _ = line ?? throw new InvalidOperationException("Azurite has ended at once; its messages are above.");
        }

        return (process, port);
    }

    /// <summary>A port of this machine that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
