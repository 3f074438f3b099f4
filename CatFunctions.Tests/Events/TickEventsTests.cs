namespace CatFunctions.Tests.Events;

public sealed class TickEventsTests
{
    [Fact]
    public void Events_come_back_in_the_order_in_which_they_were_added()
    {
        using var events = new TickEvents(1_000);
        for (var i = 0; i < 1_000; i++)
        {
            events.Add($"key-{i}", Encoding.UTF8.GetBytes($"value-{i}"));
        }

        events.Count.ShouldBe(1_000);
        events.Select(x => x.Key).ShouldBe(Enumerable.Range(0, 1_000).Select(i => $"key-{i}"));
        events.Select(x => Encoding.UTF8.GetString(x.Value.Span))
            .ShouldBe(Enumerable.Range(0, 1_000).Select(i => $"value-{i}"));
    }

    [Fact]
    public void Values_larger_than_expected_stay_whole()
    {
        using var events = new TickEvents(50);
        for (var i = 0; i < 50; i++)
        {
            events.Add("key", Enumerable.Repeat((byte)i, 1 + i * 1_000).ToArray());
        }

        for (var i = 0; i < 50; i++)
        {
            events[i].Value.Length.ShouldBe(1 + i * 1_000);
            events[i].Value.ToArray().ShouldAllBe(octet => octet == i);
        }
    }

    [Fact]
    public void An_index_beyond_the_events_is_refused()
    {
        using var events = new TickEvents(10);
        events.Add("key", "value"u8);

        Should.Throw<ArgumentOutOfRangeException>(() => events[1]);
        Should.Throw<ArgumentOutOfRangeException>(() => events[-1]);
    }

    [Fact]
    public void After_disposal_nothing_can_be_read()
    {
        var events = new TickEvents(10);
        events.Add("key", "value"u8);

        events.Dispose();
        events.Dispose();

        Should.Throw<ObjectDisposedException>(() => events[0]);
        Should.Throw<ObjectDisposedException>(() => events.ToArray());
    }
}
