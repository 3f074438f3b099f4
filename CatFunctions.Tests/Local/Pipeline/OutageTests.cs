using CatFunctions.Local.Pipeline;
using CatFunctions.Local.Terminal;

namespace CatFunctions.Tests.Local.Pipeline;

public sealed class OutageTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch);
    private readonly Outage _outage;

    public OutageTests() =>
        _outage = new Outage("The disk", _clock, new TerminalLoggerProvider(new TerminalOutput(_output, _error, getWidth: null)));

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

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
        _error.ToString().ShouldBe($"warning: The disk waits: No space left. Trying again until it works.{Environment.NewLine}");
        _output.ToString().ShouldBe($"The disk goes on after 00:01:12.{Environment.NewLine}");
    }

    [Fact]
    public void What_never_failed_does_not_end()
    {
        _outage.End();

        _output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public void A_second_outage_is_reported_again()
    {
        _outage.Begin("A.");
        _outage.End();
        _outage.Begin("B.");

        _error.ToString().ShouldContain("waits: B.");
    }
}
