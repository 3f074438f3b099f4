using YamlDotNet.RepresentationModel;

namespace CatFunctions.Tests.Deployment;

internal static partial class Repository
{
    public static YamlMappingNode ReadYaml(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Read(file)));
        return (YamlMappingNode)yaml.Documents.ShouldHaveSingleItem().RootNode;
    }
}
