using System.CommandLine;
using CatFunctions.Local.Cli;

var root = PipelineCommands.ConfigureRun(new RootCommand("Real-time cat photo analytics: photos, simulated views and likes, Kafka, an exactly-once log."));
root.Add(PipelineCommands.ConfigureRun(new Command("run", "Run the whole pipeline until Ctrl+C. This is the default.")));
root.Add(PipelineCommands.CreateProduce());
root.Add(PipelineCommands.CreateRecord());
root.Add(VerifyCommand.Create());
root.Add(DeadLettersCommand.Create());
root.Add(StatsCommand.Create());

return await CommandLine.RunAsync(root, args);
