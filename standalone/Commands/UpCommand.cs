using System.CommandLine;
using System.Net;
using StreamForge.Hosting.Tls;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Commands;

/// <summary><c>up</c>: event log, pumps, grains, client API and connectors in one process.</summary>
internal static class UpCommand
{
    /// <param name="seams">What a host for tests changes of the platform that it runs.</param>
    public static Command Create(PlatformSeams seams)
    {
        var port = new Option<int>("--port") { CustomParser = ArgumentValues.ParseWhole, Description = "Port of the client API; 0 takes a free one.", DefaultValueFactory = _ => 8080 };
        port.Validators.Add(result => ArgumentValues.Range(result, 0, 65535));
        var market = new MarketArguments();
        var headless = new Option<bool>("--headless") { Description = "Plain log lines instead of the live line." };
        var kafka = new Option<string?>("--kafka") { Description = "Kafka's bootstrap servers; without it the log is files in the data folder.", HelpName = "BOOTSTRAP" };
        var postgres = new Option<string?>("--postgres") { Description = "PostgreSQL connection string; without it state is files in the data folder.", HelpName = "CONNECTION" };
        var partitions = new Option<int?>("--partitions") { CustomParser = result => ArgumentValues.ParseWhole(result), Description = "Partitions of the market topics; fixed once they exist (default 4)." };
        partitions.Validators.Add(result => ArgumentValues.Range(result, 1, 1024));

        var address = new Option<IPAddress>("--address") { CustomParser = ArgumentValues.ParseAddress, Description = "IP address of the client API; other machines reach it only where tokens are configured.", DefaultValueFactory = _ => IPAddress.Loopback };
        var environment = new Option<string>("--environment") { Description = "The environment (default: ASPNETCORE_ENVIRONMENT or DOTNET_ENVIRONMENT; without them Development).", DefaultValueFactory = _ => HostEnvironment.Name };

        var certificate = new Option<string?>("--tls-cert") { Description = "The client API listens by HTTPS and shows this certificate: PEM with its chain, or a PFX.", HelpName = "FILE" };
        var key = new Option<string?>("--tls-key") { Description = "PEM of its private key, where that is a file of its own.", HelpName = "FILE" };

        foreach (var text in new Option[] { kafka, postgres, environment, certificate, key })
            text.Validators.Add(ArgumentValues.IsNotEmpty);

        var command = new Command("up", "Runs the platform. ./platform takes --engine orleans|embedded besides, for this run.") { port, address, environment, headless, kafka, postgres, partitions, certificate, key };
        market.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(key) is { Implicit: false } && result.GetResult(certificate) is not { Implicit: false })
                result.AddError("--tls-key goes with --tls-cert.");
        });
        command.SetAction((parsed, cancellation) => UpRunner.Run(
            market.Read(parsed) with
            {
                Port = parsed.GetValue(port),
                Address = parsed.GetValue(address)!,
                Environment = parsed.GetValue(environment)!,
                Headless = parsed.GetValue(headless),
                Kafka = parsed.GetValue(kafka),
                Postgres = parsed.GetValue(postgres),
                Partitions = parsed.GetValue(partitions),
                Https = new HttpsOptions { Certificate = parsed.GetValue(certificate), Key = parsed.GetValue(key) },
            },
            seams,
            cancellation));
        return command;
    }
}
