using CatFunctions.Core.EventLog;
using CatFunctions.Core.Events;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);

var schedule = builder.Configuration["CatEventsSchedule"]
    ?? throw new InvalidOperationException("Set the app setting CatEventsSchedule, for example to '*/5 * * * * *'.");

builder.Services
    .AddSingleton(TickSchedule.Parse(schedule))
    .AddPhotos(PhotoMode.Live)
    .AddSimulation()
    .AddSingleton<CatEventGenerator>()
    .AddEventLog();

builder.Build().Run();
