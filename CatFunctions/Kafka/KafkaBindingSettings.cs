using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Extensions.Options;

namespace CatFunctions.Kafka;

/// <summary>
/// Writes into the Kafka bindings how to reach the brokers. As attributes, protocol and authentication are constants of
/// the build; in the bindings' JSON, which the host reads, they may come from settings. So one build serves any broker.
/// </summary>
/// <remarks>
/// Instead of a secret, a binding holds the name of its setting: the extension looks each value up among the settings
/// before it takes it literally (ConfigurationExtensions.ResolveSecureSetting in WebJobs.Extensions.Kafka).
/// </remarks>
internal sealed class KafkaBindingSettings
{
    private readonly AppSettings _settings;
    private readonly KafkaProtocol? _protocol;
    private readonly KafkaAuthenticationMode? _authentication;

    public KafkaBindingSettings(AppSettings settings)
    {
        _settings = settings;
        _protocol = Read(settings.KafkaProtocol, KafkaProtocol.Plaintext);
        _authentication = Read(settings.KafkaAuthenticationMode, KafkaAuthenticationMode.Plain);
    }

    private bool UsesSasl => _protocol is KafkaProtocol.SaslPlaintext or KafkaProtocol.SaslSsl;

    private bool UsesTls => _protocol is KafkaProtocol.Ssl or KafkaProtocol.SaslSsl;

    private bool HasCaPem => _settings.KafkaCaCertificate!.TrimStart().StartsWith("-----BEGIN", StringComparison.Ordinal);

    private string CaFile => Path.GetFullPath(_settings.KafkaCaCertificate!, AppContext.BaseDirectory);

    /// <summary>What is wrong with the settings, a sentence each. None holds a secret.</summary>
    public IEnumerable<string> Problems()
    {
        if (_protocol is null)
        {
            yield return $"KafkaProtocol is {_settings.KafkaProtocol}: set it to {Choice<KafkaProtocol>()}.";
            yield break;
        }

        if (UsesSasl)
        {
            if (_authentication is null)
            {
                yield return $"KafkaAuthenticationMode is {_settings.KafkaAuthenticationMode}: "
                    + $"set it to {Choice<KafkaAuthenticationMode>()}.";
            }

            if (!IsSet(_settings.KafkaUsername))
            {
                yield return $"KafkaProtocol is {_protocol}, but KafkaUsername is not set: set it to the user's name.";
            }

            if (!IsSet(_settings.KafkaPassword))
            {
                yield return $"KafkaProtocol is {_protocol}, but KafkaPassword is not set: set it to the user's password.";
            }
        }
        else if (IsSet(_settings.KafkaAuthenticationMode) || IsSet(_settings.KafkaUsername) || IsSet(_settings.KafkaPassword))
        {
            yield return "KafkaAuthenticationMode, KafkaUsername or KafkaPassword is set, but KafkaProtocol is "
                + $"{_protocol}, which does not use them: set it to SaslSsl or SaslPlaintext, or remove them.";
        }

        if (!IsSet(_settings.KafkaCaCertificate))
        {
            yield break;
        }

        if (!UsesTls)
        {
            yield return $"KafkaCaCertificate is set, but KafkaProtocol is {_protocol}, which does not use it: "
                + "set it to SaslSsl or Ssl, or remove KafkaCaCertificate.";
        }
        else if (!HasCaPem && !File.Exists(CaFile))
        {
            yield return $"KafkaCaCertificate is neither a certificate in PEM nor a file: there is no {CaFile}.";
        }
    }

    /// <summary>A function's binding as the host is to see it: changed if it is one of Kafka, else as it was.</summary>
    /// <param name="binding">The binding in JSON. Changing it again makes no difference.</param>
    public string ApplyTo(string binding)
    {
        if (JsonNode.Parse(binding) is not JsonObject json || (string?)json["type"] is not ("kafka" or "kafkaTrigger"))
        {
            return binding;
        }

        json["protocol"] = _protocol.ToString();
        if (UsesSasl)
        {
            json["authenticationMode"] = _authentication.ToString();
            json["username"] = nameof(AppSettings.KafkaUsername);
            json["password"] = nameof(AppSettings.KafkaPassword);
        }

        if (UsesTls && IsSet(_settings.KafkaCaCertificate))
        {
            json[HasCaPem ? "sslCaPEM" : "sslCaLocation"] = HasCaPem ? nameof(AppSettings.KafkaCaCertificate) : CaFile;
        }

        return json.ToJsonString();
    }

    /// <summary>Reads a name as the extension writes it (SaslSsl) or as Kafka does (SASL_SSL, SCRAM-SHA-256).</summary>
    private static T? Read<T>(string? text, T ifNotSet)
        where T : struct, Enum
    {
        if (!IsSet(text))
        {
            return ifNotSet;
        }

        var name = text!.Trim().Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        return Enum.GetValues<T>().Cast<T?>()
            .FirstOrDefault(value => string.Equals(value.ToString(), name, StringComparison.OrdinalIgnoreCase));
    }

    private static string Choice<T>()
        where T : struct, Enum =>
        string.Join(", ", Enum.GetNames<T>()[..^1]) + " or " + Enum.GetNames<T>()[^1];

    private static bool IsSet(string? setting) => !string.IsNullOrWhiteSpace(setting);
}

/// <summary>Changes the Kafka bindings on their way to the host, each time the host asks for them.</summary>
internal sealed class KafkaBindingTransformer(IOptions<AppSettings> settings) : IFunctionMetadataTransformer
{
    public string Name => nameof(KafkaBindingTransformer);

    public void Transform(IList<IFunctionMetadata> original)
    {
        var kafka = new KafkaBindingSettings(settings.Value);
        foreach (var bindings in original.Select(function => function.RawBindings).OfType<IList<string>>())
        {
            for (var i = 0; i < bindings.Count; i++)
            {
                bindings[i] = kafka.ApplyTo(bindings[i]);
            }
        }
    }
}

/// <summary>How to talk to the brokers. The names are those of the Kafka extension's BrokerProtocol.</summary>
internal enum KafkaProtocol
{
    /// <summary>Neither encrypted nor authenticated.</summary>
    Plaintext,

    /// <summary>TLS; the client is not authenticated.</summary>
    Ssl,

    /// <summary>A user and a password, not encrypted.</summary>
    SaslPlaintext,

    /// <summary>A user and a password, over TLS.</summary>
    SaslSsl,
}

/// <summary>
/// The SASL mechanisms that need a user and a password only. The names are those of the Kafka extension's
/// BrokerAuthenticationMode.
/// </summary>
internal enum KafkaAuthenticationMode
{
    Plain,
    ScramSha256,
    ScramSha512,
}
