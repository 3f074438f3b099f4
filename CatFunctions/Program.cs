using CatFunctions;
using CatFunctions.Core.Dashboard;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning); // else five lines for every request, and the page asks every second

builder.AddTelemetryExport();
builder.Services
    .AddAppSettings()
    .AddKafkaBindings()
    .AddTicks()
    .AddPhotos(PhotoMode.Live)
    .AddSimulation()
    .AddSingleton<TickEventSource>()
    .AddEventLog()
    .AddDashboard();

try
{
    builder.Build().Run();
    return 0;
}
catch (Exception exception) when (SettingsError.Describe(exception) is { } error)
{
    Console.Error.WriteLine(error);
    return 1;
}
