using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CatFunctions.Local.Kafka;

namespace CatFunctions.Tests.Local;

/// <summary>A broker behind TLS that wants to know who its clients are.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private const string Topic = "cat_photo_events";

    private readonly TempFolder _folder = new();
    private readonly EmbeddedBroker _broker = new(Topic, partitions: 1);
    private readonly X509Certificate2 _server = NewCertificate("CN=localhost");
    private readonly X509Certificate2 _client = NewCertificate("CN=tom");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();

    public ClientCertificateTests()
    {
        _listener.Start();
        _broker.Advertise(((IPEndPoint)_listener.LocalEndpoint).Port);
        _ = AcceptAsync();
    }

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _broker.Dispose();
        _client.Dispose();
        _server.Dispose();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_client_certificate_opens_a_broker_that_asks_for_one()
    {
        await using var host = Start(
            ("ssl.certificate.location", Write("client.pem", _client.ExportCertificatePem())),
            ("ssl.key.location", Write("client.key", _client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem())));
        await host.WaitForOutputAsync("Recording");
        await host.StopAsync();
    }

    [Fact]
    public async Task Without_one_the_broker_does_not_answer()
    {
        await using var host = Start();

        (await host.WaitForExitAsync()).ShouldBe(1);

        host.Errors.ShouldHaveSingleItem().ShouldStartWith($"error: No Kafka broker answers at {_listener.LocalEndpoint} (");
    }

    private LocalHostProcess Start(params (string Name, string Value)[] properties) => LocalHostProcess.Start(
        ["record", "--brokers", $"{_listener.LocalEndpoint}", "--data", Path.Combine(_folder.Path, "data")],
        new(properties.Select(property => KeyValuePair.Create($"Kafka__{property.Name}", property.Value)))
        {
            ["Kafka__security.protocol"] = "SSL",
            ["Kafka__ssl.ca.location"] = Write("server.pem", _server.ExportCertificatePem()),
            ["Kafka__ssl.endpoint.identification.algorithm"] = "none",
        });

    private string Write(string name, string pem)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllText(path, pem);
        return path;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var broker = new TcpClient())
        {
            try
            {
                await using var secure = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, IsClient);
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _server, ClientCertificateRequired = true }, _stop.Token);
                await broker.ConnectAsync(IPEndPoint.Parse(_broker.BootstrapServers), _stop.Token);
                await Task.WhenAny(
                    secure.CopyToAsync(broker.GetStream(), _stop.Token), broker.GetStream().CopyToAsync(secure, _stop.Token));
            }
            catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException or OperationCanceledException)
            {
            }
        }
    }

    private bool IsClient(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null && certificate.GetCertHashString() == _client.GetCertHashString();

    private static X509Certificate2 NewCertificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
