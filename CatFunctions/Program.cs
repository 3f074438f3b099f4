using CatFunctions.Core.EventLog;
using CatFunctions.Core.Photos;
using CatFunctions.Core.Simulation;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);

builder.Services
    .AddSingleton(TickSchedule.Parse(builder.Configuration["CatEventsSchedule"]))
    .AddPhotos(PhotoMode.Live)
    .AddSimulation()
    .AddEventLog();

builder.Build().Run();
