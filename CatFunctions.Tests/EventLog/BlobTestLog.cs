using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;

namespace CatFunctions.Tests.EventLog;

/// <summary>A log in a container of its own on Azurite.</summary>
public sealed class BlobTestLog : TestLog
{
    public BlobTestLog(Azurite azurite)
    {
        Container = azurite.Connect($"log-{Guid.NewGuid():N}");
        Store = new AppendBlobSegmentStore(Container);
    }

    public BlobContainerClient Container { get; }

    public override ISegmentStore Store { get; }

    public override string[] Files(LogKind log) => Container.Exists()
        ? [.. Container.GetBlobs().Select(blob => blob.Name)
            .Where(name => name.StartsWith(log.FolderName + "/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)]
        : [];

    public override string Read(string path) => Container.GetBlobClient(path).DownloadContent().Value.Content.ToString();

    public override void Append(string path, string text)
    {
        using var content = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Container.GetAppendBlobClient(path).AppendBlock(content);
    }

    public override void Create(string path, string text) => Container.UploadBlob(path, BinaryData.FromString(text));

    public override void Dispose() => Container.DeleteIfExists();
}
