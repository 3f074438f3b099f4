using Azure.Identity;

namespace CatFunctions.Tests.FunctionApp;

public sealed class TelemetryCredentialTests
{
    [Theory]
    [InlineData("Authorization=AAD")]
    [InlineData("ClientId=0b5c1c1e-0000-0000-0000-000000000000;Authorization=AAD")]
    [InlineData(" authorization = aad ; ")]
    public void Where_application_insights_wants_a_sign_in_the_managed_identity_signs_in(string authentication) =>
        FunctionAppServices.CredentialOf(authentication).ShouldBeOfType<ManagedIdentityCredential>();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ClientId=0b5c1c1e-0000-0000-0000-000000000000")]
    public void Otherwise_the_connection_string_is_enough(string? authentication) =>
        FunctionAppServices.CredentialOf(authentication).ShouldBeNull();
}
