using CatFunctions.Core.Ticks;

namespace CatFunctions.Tests.Ticks;

public sealed class TickSetTests
{
    [Fact]
    public void A_set_holds_the_ticks_that_were_added_and_no_others()
    {
        var start = new DateTimeOffset(2026, 11, 22, 23, 59, 30, TimeSpan.Zero);
        var set = new TickSet();
        foreach (var milliseconds in Enumerable.Range(0, 100).Select(i => i * 2500))
        {
            set.Add(start.AddMilliseconds(milliseconds));
        }

        set.Count.ShouldBe(100);
        for (var milliseconds = -1000; milliseconds < 251_000; milliseconds += 250)
        {
            set.Contains(start.AddMilliseconds(milliseconds)).ShouldBe(milliseconds is >= 0 and < 250_000 && milliseconds % 2500 == 0);
        }
    }
}
