using System.Diagnostics.Metrics;
using CatFunctions.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace CatFunctions.Tests.Deployment;

public sealed partial class MonitoringTests
{
    private static readonly string Guide = Repository.Read("docs/monitoring.md");

    [Theory]
    [InlineData("infra/workbook.json")]
    [InlineData("infra/alerts/no-events.kql")]
    [InlineData("infra/alerts/lost-events.kql")]
    public void Every_metric_that_is_watched_is_in_the_guide(string file)
    {
        var metrics = Metrics(Repository.Read(file));

        metrics.ShouldNotBeEmpty();
        metrics.ShouldBeSubsetOf(Metrics(Guide));
    }

    [Fact]
    public void Every_metric_of_the_guide_is_one_of_the_pipeline()
    {
        var measured = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == PipelineMetrics.MeterName)
                {
                    measured.Add(instrument.Name);
                }
            },
        };
        listener.Start();
        using var services = new ServiceCollection().AddPipelineMetrics().BuildServiceProvider();
        services.GetRequiredService<PipelineMetrics>();

        Metrics(Guide).ShouldBe(measured, ignoreOrder: true);
    }

    [Fact]
    public async Task Every_alert_is_in_the_guide()
    {
        var titles = (await DeploymentSnapshot.WithEventHubsAsync()).PropertiesOf("Microsoft.Insights/scheduledQueryRules")
            .Select(rule => rule.GetProperty("displayName").GetString()).ToList();

        titles.Count.ShouldBe(2);
        titles.ShouldAllBe(title => Guide.Contains($"| {title} |", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_workbook_asks_the_application_that_the_template_names()
    {
        using var workbook = JsonDocument.Parse(Repository.Read("infra/workbook.json"));

        var placeholder = workbook.RootElement.GetProperty("fallbackResourceIds").EnumerateArray().ShouldHaveSingleItem();
        var deployed = (await DeploymentSnapshot.WithEventHubsAsync()).PropertiesOf("Microsoft.Insights/workbooks").Single();
        var application = deployed.GetProperty("sourceId").GetString()!.Trim('[', ']');
        deployed.GetProperty("serializedData").GetString().ShouldEndWith($", '{placeholder}', {application})]");
    }

    [Fact]
    public void Every_chart_of_the_workbook_has_a_title_and_a_query_within_the_chosen_time()
    {
        using var workbook = JsonDocument.Parse(Repository.Read("infra/workbook.json"));
        var items = workbook.RootElement.GetProperty("items").EnumerateArray().ToList();
        var charts = items.Where(item => item.GetProperty("type").GetInt32() == 3).Select(item => item.GetProperty("content")).ToList();

        items.Select(item => item.GetProperty("name").GetString()).ShouldBeUnique();
        charts.Count.ShouldBe(8);
        foreach (var chart in charts)
        {
            chart.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
            chart.GetProperty("query").GetString().ShouldNotBeNullOrEmpty();
            chart.GetProperty("timeContextFromParameter").GetString().ShouldBe("timeRange");
        }
    }

    private static HashSet<string> Metrics(string text) => [.. Metric().Matches(text).Select(match => match.Groups[1].Value)];

    [GeneratedRegex(@"(?<!\[)'(catfunctions\.[a-z_]+(?:\.[a-z_]+)*)'")]
    private static partial Regex Metric();
}
