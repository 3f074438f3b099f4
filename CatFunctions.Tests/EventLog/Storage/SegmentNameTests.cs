namespace CatFunctions.Tests.EventLog.Storage;

public sealed class SegmentNameTests
{
    [Fact]
    public void A_path_says_all_about_a_segment()
    {
        var segment = new SegmentName(LogKind.DeadLetters, new DateTimeOffset(2026, 11, 22, 7, 0, 0, TimeSpan.Zero), 12, 3, 123);

        segment.ToString().ShouldBe("dead-letters/date=2026-11-22/hour=07/partition=12/0003-00000000000000000123.jsonl");
        SegmentName.TryParse(segment.ToString()).ShouldBe(segment);
    }

    [Theory]
    [InlineData("")]
    [InlineData("events/date=2026-11-22/hour=07/partition=0/README.md")]
    [InlineData("events/date=2026-11-22/hour=07/partition=0/0001-00000000000000000123.jsonl.tmp")]
    [InlineData("events/date=2026-13-22/hour=07/partition=0/0001-00000000000000000123.jsonl")]
    [InlineData("events/date=2026-11-22/hour=24/partition=0/0001-00000000000000000123.jsonl")]
    [InlineData("events/date=2026-11-22/hour=07/partition=0/0001-99999999999999999999.jsonl")]
    [InlineData("events/date=2026-11-22/hour=07/partition=9999999999/0001-00000000000000000123.jsonl")]
    public void Other_paths_are_no_segments(string path) => SegmentName.TryParse(path).ShouldBeNull();

    [Fact]
    public void The_hour_of_a_time_is_that_of_UTC() =>
        SegmentName.HourOf(new DateTimeOffset(2026, 11, 22, 0, 59, 59, TimeSpan.FromHours(2)))
            .ShouldBe(new DateTimeOffset(2026, 11, 21, 22, 0, 0, TimeSpan.Zero));
}
