using CatFunctions;
using CatFunctions.Core;
using CatFunctions.Core.Photos;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
builder.AddFunctionApp();
builder.Services.AddCatPipeline(PhotoMode.Live);

try
{
    builder.Build().Run();
    return 0;
}
catch (Exception exception) when (AppSettings.DescribeError(exception) is { } error)
{
    Console.Error.WriteLine(error);
    return 1;
}
