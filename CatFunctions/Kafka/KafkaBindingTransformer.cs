using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Extensions.Options;

namespace CatFunctions.Kafka;

/// <summary>Changes the Kafka bindings on their way to the host, each time the host asks for them.</summary>
internal sealed class KafkaBindingTransformer(IOptions<AppSettings> settings) : IFunctionMetadataTransformer
{
    public string Name => nameof(KafkaBindingTransformer);

    public void Transform(IList<IFunctionMetadata> original)
    {
        var security = new KafkaBindingSettings(settings.Value);
        foreach (var bindings in original.Select(function => function.RawBindings).OfType<IList<string>>())
        {
            for (var i = 0; i < bindings.Count; i++)
            {
                bindings[i] = security.ApplyTo(bindings[i]);
            }
        }
    }
}
