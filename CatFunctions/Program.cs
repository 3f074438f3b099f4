using CatFunctions;
using CatFunctions.Core;
using CatFunctions.Core.Photos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddFunctionApp();
builder.Services.AddCatPipeline(PhotoMode.Live);

var app = builder.Build();
var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

try
{
    // Before services are created that throw at the first wrong setting: whoever set them sees all that is wrong.
    app.Services.GetRequiredService<IStartupValidator>().Validate();
    app.Run();
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0; // told to stop while it was still starting
}
catch (Exception exception) when (AppSettings.DescribeError(exception) is { } error)
{
    Console.Error.WriteLine(error);
    return 1;
}
