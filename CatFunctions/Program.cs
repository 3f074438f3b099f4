using CatFunctions;
using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

var builder = FunctionsApplication.CreateBuilder(args);

builder.AddTelemetryExport();
builder.Services
    .AddAppSettings()
    .AddKafkaBindings()
    .AddTicks()
    .AddPhotos(PhotoMode.Live)
    .AddSimulation()
    .AddSingleton<CatEventGenerator>()
    .AddEventLog();

try
{
    builder.Build().Run();
    return 0;
}
catch (OptionsValidationException e)
{
    Console.Error.WriteLine($"The app settings are not right. {string.Join(' ', e.Failures)}");
    return 1;
}
