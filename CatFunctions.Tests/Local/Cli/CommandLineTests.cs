namespace CatFunctions.Tests.Local.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--bogus", "Unrecognized command or argument '--bogus'")]
    [InlineData("paint", "Unrecognized command or argument 'paint'")]
    [InlineData("run --rate -1", "--rate takes a number of events per second, above 0 and up to 1,000,000, not '-1'")]
    [InlineData("run --rate fast", "--rate takes a number")]
    [InlineData("run --rate", "Required argument missing for option: '--rate'")]
    [InlineData("run --seed 1.5", "--seed takes a whole number, not '1.5'")]
    [InlineData("run --port 70000", "--port takes a number from 0 to 65535, not '70000'")]
    [InlineData("run --partitions 0", "--partitions takes a number from 1 to 100, not '0'")]
    [InlineData("run --schedule tomorrow", "--schedule: 'tomorrow' is not a schedule")]
    [InlineData("run --for 30", "--for takes a time of up to 24 days, such as 00:00:30 or 1.00:00:00, not '30'")]
    [InlineData("run --for 00:00:00", "--for takes a time")]
    [InlineData("run --photos dogs", "--photos takes auto, live or sample, not 'dogs'")]
    [InlineData("run --topic a/b", "--topic takes")]
    [InlineData("run --brokers somewhere", "--brokers takes HOST:PORT[,HOST:PORT...], such as localhost:9092, not 'somewhere'")]
    [InlineData("run --brokers a:1 --partitions 4", "--partitions is for the embedded broker")]
    [InlineData("run --data x --blob-container cats", "--data and --blob-container are both given")]
    [InlineData("verify --storage UseDevelopmentStorage=true", "--storage is for --blob-container")]
    [InlineData("verify --blob-container cats --storage @/no/such/file", "--storage cannot read its file: Could not find")]
    [InlineData("stats --window 2h", "--window takes 15m, 1h, 24h, all, not '2h'")]
    [InlineData("stats --top 0", "--top takes a number from 1 to 100, not '0'")]
    [InlineData("produce", "Option '--brokers' is required")]
    [InlineData("record", "Option '--brokers' is required")]
    [InlineData("produce --brokers a:1 --data x", "Unrecognized command or argument '--data'")]
    public async Task Wrong_usage_is_one_line_that_says_what_to_do(string arguments, string problem)
    {
        await using var host = LocalHostProcess.Start(arguments.Split(' '));

        (await host.WaitForExitAsync()).ShouldBe(2);

        var error = host.Errors.ShouldHaveSingleItem();
        error.ShouldStartWith($"error: {problem}");
        error.ShouldEndWith("See --help.");
        host.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("run --help")]
    public async Task Help_names_every_option_of_the_pipeline(string arguments)
    {
        await using var host = LocalHostProcess.Start(arguments.Split(' '));

        (await host.WaitForExitAsync()).ShouldBe(0);

        var help = string.Join('\n', host.Output);
        foreach (var option in (string[])["brokers", "topic", "partitions", "data", "schedule", "rate", "seed", "photos", "port", "for", "blob-container", "storage"])
        {
            help.ShouldContain($"--{option}");
        }

        help.ShouldNotContain("CatFunctions.Core");
    }

    [Fact]
    public async Task Verifying_a_folder_that_is_not_there_is_a_failure()
    {
        await using var host = LocalHostProcess.Start(["verify", "--data", "/no/such/folder"]);

        (await host.WaitForExitAsync()).ShouldBe(1);

        host.Errors.ShouldHaveSingleItem().ShouldBe(
            "error: There is no folder /no/such/folder. Name the folder of the event log with --data.");
    }
}
