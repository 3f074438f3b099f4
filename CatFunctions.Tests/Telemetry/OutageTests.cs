using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.Logging.Testing;

namespace CatFunctions.Tests.Telemetry;

public sealed class OutageTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeLogger _log = new();
    private readonly Outage _outage;

    public OutageTests() => _outage = new Outage("Recording", _clock, _log);

    [Fact]
    public void An_outage_is_one_line_when_it_begins_and_one_when_it_ends()
    {
        for (var i = 0; i < 72; i++)
        {
            _outage.Begin("No space left.");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        _outage.IsOpen.ShouldBeTrue();
        _outage.End();
        _outage.End();

        _outage.IsOpen.ShouldBeFalse();
        _log.Collector.Lines().ShouldBe([
            "Warning: Recording is failing: No space left. Trying again until it works.",
            "Information: Recording works again after 00:01:12.",
        ]);
    }

    [Fact]
    public void What_never_failed_does_not_end()
    {
        _outage.End();

        _log.Collector.Lines().ShouldBeEmpty();
    }

    [Fact]
    public void A_second_outage_is_reported_again()
    {
        _outage.Begin("A.");
        _outage.End();
        _outage.Begin("B.");

        _log.Collector.Lines()[^1].ShouldContain("is failing: B.");
    }
}
