using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;

namespace CatFunctions.Tests.EventLog;

/// <summary>
/// Azurite, the emulator of Azure Storage, in a process of its own and in memory. scripts/install-azurite.sh puts it
/// where this finds it.
/// </summary>
public sealed class Azurite : IAsyncLifetime
{
    public const string Collection = "Azurite";

    // The account that every emulator has; see https://learn.microsoft.com/azure/storage/common/storage-use-azurite.
    private const string Account = "devstoreaccount1";
    public const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly string Program = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "catfunctions/azurite-3.37.0/node_modules/azurite/dist/src/blob/main.js");

    private readonly string _folder = Directory.CreateTempSubdirectory("catfunctions-").FullName;
    private Process? _process;

    /// <summary>Where it listens.</summary>
    public int Port { get; private set; }

    /// <summary>The connection string of its account.</summary>
    public string ConnectionString => ConnectionStringOf(Port);

    /// <summary>The connection string of its account behind another port.</summary>
    public static string ConnectionStringOf(int port) =>
        $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};BlobEndpoint=http://127.0.0.1:{port}/{Account};";

    public BlobContainerClient Connect(string container) => new(ConnectionString, container);

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException($"{Program} is missing. Run scripts/install-azurite.sh, once.");
        }

        Port = FreePort();
        string[] arguments =
        [
            Program, "--blobHost", "127.0.0.1", "--blobPort", $"{Port}",
            "--inMemoryPersistence", "--skipApiVersionCheck", "--loose", "--silent", "--disableTelemetry",
        ];
        _process = Process.Start(new ProcessStartInfo("node", arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true })!;
        while (await _process.StandardOutput.ReadLineAsync() is var line && line?.Contains("successfully listens", StringComparison.Ordinal) != true)
        {
            _ = line ?? throw new InvalidOperationException("Azurite has ended at once; its messages are above.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
