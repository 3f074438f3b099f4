namespace CatFunctions.Tests.Dashboard;

[CollectionDefinition(nameof(Browser))]
public sealed class SharesBrowser : ICollectionFixture<Browser>;
