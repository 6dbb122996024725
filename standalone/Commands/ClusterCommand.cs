using System.CommandLine;
using StreamForge.Hosting;
using StreamForge.Silo.Engine;
using StreamForge.Standalone.Cluster;

namespace StreamForge.Standalone.Commands;

/// <summary><c>cluster</c>: several silos, client API and connector on this machine, as real processes.</summary>
internal static class ClusterCommand
{
    public static Command Create()
    {
        var silos = new Option<int>("--silos") { CustomParser = ArgumentValues.ParseWhole, Description = "Silos to start.", DefaultValueFactory = _ => 3 };
        silos.Validators.Add(result => ArgumentValues.Range(result, 1, 50));
        var port = new Option<int>("--port") { CustomParser = ArgumentValues.ParseWhole, Description = "Port of the client API.", DefaultValueFactory = _ => 8080 };
        port.Validators.Add(result => ArgumentValues.Range(result, 1, 65535));
        var headless = new Option<bool>("--headless") { Description = "Plain lines instead of the live line." };
        var kafka = new Option<string?>("--kafka") { Description = "Kafka's bootstrap servers (default: KAFKA_BOOTSTRAP; without it librdkafka's mock brokers, which keep nothing).", HelpName = "BOOTSTRAP" };
        var prefix = new Option<string>("--prefix") { Description = "Precedes the names of all topics and groups at a Kafka that was named, so that several clusters can share it.", DefaultValueFactory = _ => "" };
        var postgres = new Option<string?>("--postgres") { Description = "PostgreSQL connection string (default: POSTGRES; without it a private server, which keeps nothing).", HelpName = "CONNECTION" };
        var partitions = new Option<int>("--partitions") { CustomParser = ArgumentValues.ParseWhole, Description = "Partitions of the market topics; fixed once they exist.", DefaultValueFactory = _ => 12 };
        partitions.Validators.Add(result => ArgumentValues.Range(result, 1, 1024));
        var market = new MarketArguments();

        var command = new Command("cluster", "Runs a cluster on this machine as real processes.") { silos, port, headless, kafka, prefix, postgres, partitions };
        market.AddTo(command);
        command.SetAction((parsed, cancellation) => GrainEngine.Name == "orleans"
            ? ClusterRunner.Run(
                new ClusterPlan
                {
                    Silos = parsed.GetValue(silos),
                    Port = parsed.GetValue(port),
                    Headless = parsed.GetValue(headless),
                    Kafka = parsed.GetValue(kafka) ?? Variable("KAFKA_BOOTSTRAP"),
                    Prefix = parsed.GetValue(prefix)!,
                    Postgres = parsed.GetValue(postgres) ?? Variable("POSTGRES"),
                    Partitions = parsed.GetValue(partitions),
                    Market = market.Read(parsed),
                },
                cancellation)
            : throw new StartupException("a cluster needs the engine orleans; the embedded one never leaves one process") { ExitCode = ExitCodes.Usage });
        return command;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
