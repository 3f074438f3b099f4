namespace CatFunctions.Tests.Local.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--bogus", "Unrecognized command or argument '--bogus'")]
    [InlineData("paint", "Unrecognized command or argument 'paint'")]
    [InlineData("run --rate -1", "--rate takes a number in digits with a point for the fraction, such as 0.5 or 1500, above 0 and up to 1000000, not '-1'")]
    [InlineData("run --rate fast", "--rate takes a number")]
    [InlineData("run --rate", "Required argument missing for option: '--rate'")]
    [InlineData("run --rate 0,5", "--rate takes a number in digits with a point for the fraction, such as 0.5 or 1500, above 0 and up to 1000000, not '0,5'")]
    [InlineData("run --seed 1.5", "--seed takes a whole number in digits alone, such as 1500, not '1.5'")]
    [InlineData("run --port 70000", "--port takes a number from 0 to 65535, not '70000'")]
    [InlineData("run --partitions 0", "--partitions takes a number from 1 to 100, not '0'")]
    [InlineData("run --schedule tomorrow", "--schedule: 'tomorrow' is not a schedule")]
    [InlineData("run --for 30", "--for takes a time as hh:mm:ss or days.hh:mm:ss, such as 00:00:30 or 1.00:00:00 for a day, above 0 and up to 24 days, not '30'")]
    [InlineData("run --for 24:00:00", "--for takes a time as hh:mm:ss or days.hh:mm:ss, such as 00:00:30 or 1.00:00:00 for a day, above 0 and up to 24 days, not '24:00:00'")]
    [InlineData("run --schedule @daily", "--schedule: '@daily' is not a schedule: write '0 0 0 * * *' for @daily")]
    [InlineData("produce --brokers a:1 --group g", "Unrecognized command or argument '--group'")]
    [InlineData("run --brokers a:1 --broker-port 9092", "--broker-port is for the embedded broker")]
    [InlineData("verify --blob-container Cats", "--blob-container takes 3 to 63 lower-case letters")]
    [InlineData("run --for 00:00:00", "--for takes a time")]
    [InlineData("run --photos dogs", "--photos takes auto, live or sample, not 'dogs'")]
    [InlineData("run --photos auto,live", "--photos takes auto, live or sample, not 'auto,live'")]
    [InlineData("run --photos 1", "--photos takes auto, live or sample, not '1'")]
    [InlineData("run --topic a/b", "--topic takes")]
    [InlineData("run --topic cats\n", "--topic takes")]
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
        var help = string.Join('\n', await LocalHostProcess.RunAsync(arguments.Split(' ')));

        foreach (var option in (string[])["brokers", "topic", "partitions", "data", "schedule", "rate", "seed", "photos", "port", "for", "blob-container", "storage", "group", "broker-port"])
        {
            help.ShouldContain($"--{option}");
        }

        help.ShouldNotContain("CatFunctions.Core");
    }

    [Fact]
    public async Task Verifying_a_folder_that_is_not_there_is_a_failure() =>
        (await LocalHostProcess.FailAsync(1, ["verify", "--data", "/no/such/folder"])).ShouldBe(
            "error: There is no folder /no/such/folder. Name the folder of the event log with --data.");
}
