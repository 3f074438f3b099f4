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

    private bool UsesOAuth => UsesSasl && _authentication == KafkaAuthenticationMode.OAuthBearer;

    /// <summary>
    /// The settings that only TLS uses, how the property of the binding for each of them begins, and what each is: in PEM, or the
    /// path of a file.
    /// </summary>
    private (string Name, string? Value, string Property, string Content)[] PemSettings =>
    [
        (nameof(AppSettings.KafkaCaCertificate), _settings.KafkaCaCertificate, "sslCa", "a certificate"),
        (nameof(AppSettings.KafkaClientCertificate), _settings.KafkaClientCertificate, "sslCertificate", "a certificate"),
        (nameof(AppSettings.KafkaClientKey), _settings.KafkaClientKey, "sslKey", "a key"),
    ];

    /// <summary>The settings that only OAuth uses, the property of the binding for each of them, and whether it needs it.</summary>
    private (string Name, string? Value, string Property, bool IsNeeded)[] OAuthSettings =>
    [
        (nameof(AppSettings.KafkaOAuthTokenEndpoint), _settings.KafkaOAuthTokenEndpoint, "oAuthBearerTokenEndpointUrl", true),
        (nameof(AppSettings.KafkaOAuthClientId), _settings.KafkaOAuthClientId, "oAuthBearerClientId", true),
        (nameof(AppSettings.KafkaOAuthClientSecret), _settings.KafkaOAuthClientSecret, "oAuthBearerClientSecret", true),
        (nameof(AppSettings.KafkaOAuthScope), _settings.KafkaOAuthScope, "oAuthBearerScope", false),
        (nameof(AppSettings.KafkaOAuthExtensions), _settings.KafkaOAuthExtensions, "oAuthBearerExtensions", false),
    ];

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

            if (UsesOAuth)
            {
                foreach (var (name, _, _, _) in OAuthSettings.Where(setting => setting.IsNeeded && !IsSet(setting.Value)))
                {
                    yield return $"KafkaAuthenticationMode is {_authentication}, but {name} is not set: set it, as the provider of the tokens says.";
                }

                if (IsSet(_settings.KafkaUsername) || IsSet(_settings.KafkaPassword))
                {
                    yield return $"KafkaUsername or KafkaPassword is set, but KafkaAuthenticationMode is {_authentication}, "
                        + "which does not use them: remove them.";
                }
            }
            else
            {
                if (!IsSet(_settings.KafkaUsername))
                {
                    yield return $"KafkaProtocol is {_protocol}, but KafkaUsername is not set: set it to the user's name.";
                }

                if (!IsSet(_settings.KafkaPassword))
                {
                    yield return $"KafkaProtocol is {_protocol}, but KafkaPassword is not set: set it to the user's password.";
                }
            }
        }
        else if (IsSet(_settings.KafkaAuthenticationMode) || IsSet(_settings.KafkaUsername) || IsSet(_settings.KafkaPassword))
        {
            yield return "KafkaAuthenticationMode, KafkaUsername or KafkaPassword is set, but KafkaProtocol is "
                + $"{_protocol}, which does not use them: set it to SaslSsl or SaslPlaintext, or remove them.";
        }

        if (!UsesOAuth && OAuthSettings.FirstOrDefault(setting => IsSet(setting.Value)).Name is { } unused)
        {
            yield return $"{unused} is set, but OAuth is not used: set KafkaProtocol to SaslSsl and KafkaAuthenticationMode to OAuthBearer, "
                + $"or remove {unused}.";
        }

        foreach (var problem in PemSettings.Where(setting => IsSet(setting.Value)).Select(TlsProblem).OfType<string>())
        {
            yield return problem;
        }

        if (IsSet(_settings.KafkaClientCertificate) != IsSet(_settings.KafkaClientKey))
        {
            yield return "Of KafkaClientCertificate and KafkaClientKey only one is set: set both of them, or none.";
        }

        if (IsSet(_settings.KafkaClientKey) && HasPem(_settings.KafkaClientKey!)
            && !_settings.KafkaClientKey!.Contains("-----BEGIN PRIVATE KEY-----", StringComparison.Ordinal))
        {
            yield return "KafkaClientKey is not a key in PKCS #8 that is not encrypted, which begins with -----BEGIN PRIVATE KEY-----: "
                + "convert it with openssl pkcs8 -topk8 -nocrypt, or set KafkaClientKey to the path of its file.";
        }

        if (IsSet(_settings.KafkaClientKeyPassword) && (!IsSet(_settings.KafkaClientKey) || HasPem(_settings.KafkaClientKey!)))
        {
            yield return "KafkaClientKeyPassword is set, but KafkaClientKey is not a file: remove the password, or set KafkaClientKey to the path of a file.";
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
        }

        if (UsesOAuth)
        {
            json["oAuthBearerMethod"] = "Oidc";
            foreach (var (name, _, property, _) in OAuthSettings.Where(setting => IsSet(setting.Value)))
            {
                json[property] = name;
            }
        }
        else if (UsesSasl)
        {
            json["username"] = nameof(AppSettings.KafkaUsername);
            json["password"] = nameof(AppSettings.KafkaPassword);
        }

        if (UsesTls)
        {
            foreach (var (name, value, property, _) in PemSettings.Where(setting => IsSet(setting.Value)))
            {
                json[property + (HasPem(value!) ? "PEM" : "Location")] = HasPem(value!) ? name : FileOf(value!);
            }

            if (IsSet(_settings.KafkaClientKeyPassword))
            {
                json["sslKeyPassword"] = nameof(AppSettings.KafkaClientKeyPassword);
            }
        }

        return json.ToJsonString();
    }

    /// <remarks>What is not a path may be a private key in another form, so only the authority's setting is quoted.</remarks>
    private string? TlsProblem((string Name, string? Value, string Property, string Content) setting) => (UsesTls, HasPem(setting.Value!)) switch
    {
        (false, _) => $"{setting.Name} is set, but KafkaProtocol is {_protocol}, which does not use it: "
            + $"set it to SaslSsl or Ssl, or remove {setting.Name}.",
        (true, false) when !File.Exists(FileOf(setting.Value!)) =>
            $"{setting.Name} is neither {setting.Content} in PEM nor the path of a file that exists"
            + (setting.Name is nameof(AppSettings.KafkaCaCertificate) && FileOf(setting.Value!) is { } file ? $": there is no {file}." : "."),
        _ => null,
    };

    /// <summary>Whether it is PEM, and not a path. As openssl writes it, text may come first: the extension looks for the section.</summary>
    private static bool HasPem(string setting) => setting.Contains("-----BEGIN", StringComparison.Ordinal);

    /// <summary>The full path; null if it cannot be one.</summary>
    private static string? FileOf(string setting) =>
        setting.Contains('\0', StringComparison.Ordinal) ? null : Path.GetFullPath(setting, AppContext.BaseDirectory);

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

    /// <summary>TLS; the client is not authenticated, unless with a certificate.</summary>
    Ssl,

    /// <summary>SASL, not encrypted.</summary>
    SaslPlaintext,

    /// <summary>SASL over TLS.</summary>
    SaslSsl,
}

/// <summary>
/// The SASL mechanisms that need settings only, and no Kerberos on the machine. The names are those of the Kafka extension's
/// BrokerAuthenticationMode.
/// </summary>
internal enum KafkaAuthenticationMode
{
    Plain,
    ScramSha256,
    ScramSha512,

    /// <summary>A token that the app gets with its id and its secret from an OpenID provider.</summary>
    OAuthBearer,
}
