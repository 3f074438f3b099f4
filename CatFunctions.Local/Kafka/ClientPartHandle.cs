using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CatFunctions.Local.Kafka;

/// <summary>Owns something that lives in a client, and keeps the client alive for as long.</summary>
internal abstract class ClientPartHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    private SafeHandle? _client;

    /// <summary>The client's <c>rd_kafka_t</c>, once it is held.</summary>
    public SafeHandle Client => _client!;

    /// <summary>Holds on to the client until this is released.</summary>
    public void Hold(SafeHandle client)
    {
        var held = false;
        client.DangerousAddRef(ref held);
        _client = client;
    }

    protected sealed override bool ReleaseHandle()
    {
        Destroy(handle);
        _client?.DangerousRelease();
        return true;
    }

    /// <summary>Destroys the part, while the client is still there.</summary>
    protected abstract void Destroy(nint part);
}
