namespace CatFunctions.Tests.EventLog;

/// <summary>The tests that share one <see cref="Azurite"/>.</summary>
[CollectionDefinition(Azurite.Collection)]
public sealed class AzuriteTests : ICollectionFixture<Azurite>;
