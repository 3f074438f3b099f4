namespace CatFunctions.Tests;

public sealed class PlaceholderTests
{
    [Fact]
    public void The_solution_builds() => true.ShouldBeTrue();
}
