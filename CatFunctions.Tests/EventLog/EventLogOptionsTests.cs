using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Tests.EventLog;

public sealed class EventLogOptionsTests
{
    private const string Connection =
        "DefaultEndpointsProtocol=https;AccountName=cats;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net";

    [Fact]
    public void A_folder_is_a_place() =>
        StoreOf(("EventLog:Directory", "/tmp/cats")).ShouldBeOfType<FileSegmentStore>();

    [Fact]
    public void A_container_of_a_connection_string_is_a_place() =>
        StoreOf(("EventLog:Container", "cat-events"), ("EventLogStorage", Connection)).ShouldBeOfType<AppendBlobSegmentStore>();

    [Theory]
    [InlineData(null, null)]
    [InlineData("managedidentity", null)]
    [InlineData("managedidentity", "11111111-2222-3333-4444-555555555555")]
    public void A_container_of_an_account_that_an_identity_signs_in_to_is_a_place(string? credential, string? clientId) => StoreOf(
        ("EventLog:Container", "cat-events"),
        ("EventLogStorage:blobServiceUri", "https://cats.blob.core.windows.net"),
        ("EventLogStorage:credential", credential),
        ("EventLogStorage:clientId", clientId)).ShouldBeOfType<AppendBlobSegmentStore>();

    [Fact]
    public void An_empty_setting_is_none() => StoreOf(
        ("EventLog:Container", "cat-events"), ("EventLog:Directory", ""), ("EventLogStorage", Connection)).ShouldBeOfType<AppendBlobSegmentStore>();

    [Fact]
    public void A_log_that_is_not_configured_is_an_error() =>
        ErrorOf().ShouldBe("The event log is not configured: set EventLog:Directory to a folder, or EventLog:Container to a blob container.");

    [Fact]
    public void Two_places_are_an_error() =>
        ErrorOf(("EventLog:Directory", "/tmp/cats"), ("EventLog:Container", "cat-events"), ("EventLogStorage", Connection))
            .ShouldBe("EventLog:Directory and EventLog:Container are both set: remove one of them.");

    [Theory]
    [InlineData("Cats")]
    [InlineData("ca")]
    [InlineData("cat--events")]
    [InlineData("-cats")]
    [InlineData("cats/events")]
    public void A_name_that_no_container_can_have_is_an_error(string container) =>
        ErrorOf(("EventLog:Container", container), ("EventLogStorage", Connection)).ShouldStartWith("EventLog:Container must be 3 to 63");

    [Fact]
    public void Less_than_an_hour_cannot_be_retained() =>
        ErrorOf(("EventLog:Directory", "/tmp/cats"), ("EventLog:RetainFor", "00:59:59"))
            .ShouldBe("EventLog:RetainFor must be one hour or more, such as 30.00:00:00 for 30 days.");

    [Fact]
    public void A_container_without_a_connection_is_an_error() =>
        ErrorOf(("EventLog:Container", "cat-events")).ShouldStartWith("EventLog:Container is set, but EventLogStorage is missing");

    [Fact]
    public void Two_connections_are_an_error() => ErrorOf(
        ("EventLog:Container", "cat-events"),
        ("EventLogStorage", Connection),
        ("EventLogStorage:blobServiceUri", "https://cats.blob.core.windows.net"))
        .ShouldBe("EventLogStorage and EventLogStorage:blobServiceUri are both set: remove one of them.");

    [Theory]
    [InlineData("c2VjcmV0")]
    [InlineData("AccountKey=c2VjcmV0")]
    [InlineData("DefaultEndpointsProtocol=https;AccountName=cats;AccountKey=c2VjcmV0 not base64;EndpointSuffix=core.windows.net")]
    public void A_broken_connection_string_is_an_error_that_does_not_tell_it(string connection)
    {
        var error = ErrorOf(("EventLog:Container", "cat-events"), ("EventLogStorage", connection));

        error.ShouldStartWith("EventLogStorage is not a connection string");
        error.ShouldNotContain("c2VjcmV0");
    }

    [Theory]
    [InlineData("blobServiceUri", "http://cats.blob.core.windows.net", "EventLogStorage:blobServiceUri must be an https address")]
    [InlineData("blobServiceUri", "cats", "EventLogStorage:blobServiceUri must be an https address")]
    [InlineData("credential", "password", "EventLogStorage:credential must be managedidentity")]
    public void A_broken_identity_is_an_error(string name, string value, string error) => ErrorOf(
        ("EventLog:Container", "cat-events"),
        ("EventLogStorage:blobServiceUri", "https://cats.blob.core.windows.net"),
        ($"EventLogStorage:{name}", value)).ShouldStartWith(error);

    private static ISegmentStore StoreOf(params (string Key, string? Value)[] settings) =>
        Services(settings).GetRequiredService<ISegmentStore>();

    private static string ErrorOf(params (string Key, string? Value)[] settings) =>
        Should.Throw<OptionsValidationException>(() => Services(settings).GetRequiredService<IStartupValidator>().Validate()).Message;

    private static ServiceProvider Services((string Key, string? Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.GroupBy(setting => setting.Key).ToDictionary(group => group.Key, group => group.Last().Value))
            .Build())
        .AddEventLog()
        .BuildServiceProvider();
}
