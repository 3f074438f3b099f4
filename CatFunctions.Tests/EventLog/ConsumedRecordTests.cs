namespace CatFunctions.Tests.EventLog;

public sealed class ConsumedRecordTests
{
    [Fact]
    public void A_missing_key_or_value_is_not_an_empty_one()
    {
        byte[]? missing = null;

        var record = new ConsumedRecord(0, 1, default, missing, missing);

        record.Key.HasValue.ShouldBeFalse();
        record.Value.HasValue.ShouldBeFalse();
    }

    [Fact]
    public void An_empty_key_or_value_is_not_a_missing_one()
    {
        var record = new ConsumedRecord(0, 1, default, [], []);

        record.Key.ShouldNotBeNull().Length.ShouldBe(0);
        record.Value.ShouldNotBeNull().Length.ShouldBe(0);
    }
}
