namespace CatFunctions.Tests.Photos;

internal sealed record ReceivedRequest(string PathAndQuery, IReadOnlyDictionary<string, string> Headers);
