using CatFunctions.Local.Terminal;

namespace CatFunctions.Tests.Local.Terminal;

public sealed class TerminalOutputTests : IDisposable
{
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void On_a_terminal_the_status_is_written_over_and_over()
    {
        var terminal = new TerminalOutput(_output, _error, getWidth: () => 80);

        terminal.ShowStatus("first");
        terminal.ShowStatus("2nd");

        _output.ToString().ShouldBe("\rfirst\r2nd  ");
    }

    [Fact]
    public void A_line_takes_the_place_of_the_status()
    {
        var terminal = new TerminalOutput(_output, _error, getWidth: () => 80);

        terminal.ShowStatus("status");
        terminal.WriteErrorLine("error");
        terminal.WriteLine("line");

        _output.ToString().ShouldBe("\rstatus\r      \rline\n");
        _error.ToString().ShouldBe("error\n");
    }

    [Theory]
    [InlineData(6, "\rstatu")]
    [InlineData(7, "\rstatus")]
    [InlineData(0, "\rstatus")]
    public void The_status_stays_on_one_line(int width, string expected)
    {
        new TerminalOutput(_output, _error, () => width).ShowStatus("status");

        _output.ToString().ShouldBe(expected);
    }

    [Fact]
    public void Output_that_cannot_be_written_is_dropped_and_counted_until_it_can()
    {
        using var disk = new FullDisk { IsFull = true };
        var terminal = new TerminalOutput(disk, _error, getWidth: null);

        terminal.WriteLine("lost");
        terminal.ShowStatus("lost too");
        disk.IsFull = false;
        terminal.WriteLine("third");
        terminal.WriteLine("fourth");

        disk.ToString().ShouldBe("Lines that could not be written: 2\nthird\nfourth\n");
    }

    [Fact]
    public void A_status_that_cannot_be_written_stops_nobody()
    {
        using var disk = new FullDisk { IsFull = true };
        var terminal = new TerminalOutput(disk, _error, getWidth: () => 80);

        terminal.ShowStatus("status");
        terminal.WriteErrorLine("error");

        _error.ToString().ShouldBe("error\n");
    }

    [Fact]
    public void In_a_file_each_status_is_a_line()
    {
        var terminal = new TerminalOutput(_output, _error, getWidth: null);

        terminal.ShowStatus("first");
        terminal.ShowStatus("second");

        _output.ToString().ShouldBe("first\nsecond\n");
    }

    private sealed class FullDisk : StringWriter
    {
        public FullDisk() => NewLine = "\n";

        public bool IsFull { get; set; }

        public override void Write(string? value)
        {
            if (IsFull)
            {
                throw new IOException("No space left on device");
            }

            base.Write(value);
        }
    }
}
