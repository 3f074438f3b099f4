using CatFunctions.Core;
using CatFunctions.Core.Simulation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CatFunctions.Tests.Simulation;

public sealed class SimulationOptionsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 7, 30, 15, TimeSpan.Zero);
    private static readonly Tick ATick = new(Now, TimeSpan.FromSeconds(5));
    private static readonly Gallery AGallery = Galleries.Of(20, Now);

    [Fact]
    public async Task Without_settings_the_defaults_apply()
    {
        using var host = HostWith([]);
        await host.StartAsync();

        var options = host.Services.GetRequiredService<IOptions<SimulationOptions>>().Value;

        options.EventsPerSecond.ShouldBe(50);
        options.Seed.ShouldBe(0);
        options.Rhythm.ShouldBe(0.5);
        options.LateShare.ShouldBe(0);
    }

    [Fact]
    public async Task The_settings_reach_the_simulator()
    {
        using var host = HostWith(new()
        {
            ["Simulation:EventsPerSecond"] = "12.5",
            ["Simulation:Seed"] = "-3",
            ["Simulation:Rhythm"] = "0.75",
            ["Simulation:LateShare"] = "0.2",
        });
        await host.StartAsync();

        var expected = new Simulator(Options.Create(new SimulationOptions { EventsPerSecond = 12.5, Seed = -3, Rhythm = 0.75, LateShare = 0.2 }));

        host.Services.GetRequiredService<Simulator>().Simulate(ATick, AGallery)
            .ShouldBe(expected.Simulate(ATick, AGallery));
    }

    [Theory]
    [InlineData("EventsPerSecond", "0", "above 0 and to at most 1,000,000")]
    [InlineData("EventsPerSecond", "-1", "above 0 and to at most 1,000,000")]
    [InlineData("EventsPerSecond", "1000001", "above 0 and to at most 1,000,000")]
    [InlineData("Rhythm", "-0.1", "from 0 to 1")]
    [InlineData("Rhythm", "1.1", "from 0 to 1")]
    [InlineData("LateShare", "-0.1", "from 0 to 1")]
    [InlineData("LateShare", "2", "from 0 to 1")]
    public async Task A_setting_out_of_range_stops_the_start_with_a_line_that_says_what_to_do(string name, string value, string range)
    {
        using var host = HostWith(new() { [$"Simulation:{name}"] = value });

        var error = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        error.Message.ShouldBe($"Simulation:{name} is {value}: set it {range}.");
    }

    private static IHost HostWith(Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddProducing(PhotoMode.Sample);
        return builder.Build();
    }
}
