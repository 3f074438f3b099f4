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

var schedule = builder.Configuration["CatEventsSchedule"]
    ?? throw new InvalidOperationException("Set the app setting CatEventsSchedule, for example to '*/5 * * * * *'.");

builder.Services
    .AddSingleton(TickSchedule.Parse(schedule))
    .AddPhotos(PhotoMode.Live)
    .AddSimulation()
    .AddSingleton<CatEventGenerator>()
    .AddEventLog()
    .AddDashboard();

builder.Build().Run();
