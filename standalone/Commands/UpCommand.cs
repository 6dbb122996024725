using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Commands;

/// <summary><c>up</c>: event log, pumps, grains, client API and connectors in one process.</summary>
internal static class UpCommand
{
    internal static readonly string[] Venues = ["binance", "binance-usdm", "kraken"];

    /// <param name="seams">What a host for tests changes of the platform that it runs.</param>
    public static Command Create(PlatformSeams seams)
    {
        var port = new Option<int>("--port") { CustomParser = ParseWhole, Description = "Port of the client API; 0 takes a free one.", DefaultValueFactory = _ => 8080 };
        port.Validators.Add(result => Range(result, 0, 65535));
        var data = new Option<string>("--data") { Description = "Folder that everything is kept in.", DefaultValueFactory = _ => "./data" };
        var seed = new Option<int>("--seed") { CustomParser = ParseWhole, Description = "Seed of the generated market.", DefaultValueFactory = _ => 1 };
        var headless = new Option<bool>("--headless") { Description = "Plain log lines instead of the live line." };
        var kafka = new Option<string?>("--kafka") { Description = "Kafka's bootstrap servers; without it the log is files in the data folder.", HelpName = "BOOTSTRAP" };
        var postgres = new Option<string?>("--postgres") { Description = "PostgreSQL connection string; without it state is files in the data folder.", HelpName = "CONNECTION" };
        var partitions = new Option<int?>("--partitions") { CustomParser = result => ParseWhole(result), Description = "Partitions of the market topics; fixed once they exist (default 4)." };
        partitions.Validators.Add(result => Range(result, 1, 1024));
        var replay = new Option<string[]>("--replay") { Description = "Recordings to replay through the connector.", AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
        var speed = new Option<double>("--speed")
        {
            Description = "Speed of the replay: a factor, or max (default 1).",
            DefaultValueFactory = _ => 1,
            CustomParser = ParseSpeed,
        };
        var venue = new Option<string?>("--venue") { Description = "Whose recording it is, where the data does not tell." };
        venue.AcceptOnlyFromAmong(Venues);
        var live = new Option<string?>("--live") { Description = "Connect to this venue.", HelpName = "VENUE" };
        live.AcceptOnlyFromAmong(Venues);
        var symbols = new Option<string[]>("--symbols") { Description = "Symbols of --live, separated by commas.", AllowMultipleArgumentsPerToken = true };
        var endpoint = new Option<Uri?>("--endpoint") { Description = "With --live: base address in place of the venue's own.", CustomParser = ParseEndpoint, HelpName = "URL" };
        var instruments = new Option<int>("--instruments") { CustomParser = ParseWhole, Description = "Instruments of the generated market.", DefaultValueFactory = _ => 10 };
        instruments.Validators.Add(result => Range(result, 1, 100_000));
        var rate = new Option<int>("--rate") { CustomParser = ParseWhole, Description = "Events a second of the generated market.", DefaultValueFactory = _ => 200 };
        rate.Validators.Add(result => Range(result, 1, 10_000_000));

        var command = new Command("up", "Runs the platform.")
        {
            port, data, seed, headless, kafka, postgres, partitions, replay, speed, venue, live, symbols, endpoint, instruments, rate,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(replay) is { Length: > 0 } && result.GetValue(live) is not null)
                result.AddError("--replay and --live exclude each other.");
            if (result.GetValue(live) is not null && Split(result.GetValue(symbols)).Count == 0)
                result.AddError("--live wants --symbols, as in --symbols BTCUSDT,ETHUSDT.");
            if (result.GetValue(endpoint) is not null && result.GetValue(live) is null)
                result.AddError("--endpoint goes with --live.");
            foreach (var file in result.GetValue(replay) ?? [])
                if (!File.Exists(file))
                    result.AddError($"--replay: there is no file {file}.");
        });
        command.SetAction((parsed, cancellation) => UpRunner.Run(
            new UpOptions
            {
                Port = parsed.GetValue(port),
                DataFolder = Path.GetFullPath(parsed.GetValue(data)!),
                Seed = parsed.GetValue(seed),
                Headless = parsed.GetValue(headless),
                Kafka = parsed.GetValue(kafka),
                Postgres = parsed.GetValue(postgres),
                Partitions = parsed.GetValue(partitions),
                Replay = parsed.GetValue(replay) ?? [],
                Speed = parsed.GetValue(speed),
                Venue = parsed.GetValue(venue),
                Live = parsed.GetValue(live),
                Symbols = Split(parsed.GetValue(symbols)),
                Endpoint = parsed.GetValue(endpoint),
                Instruments = parsed.GetValue(instruments),
                Rate = parsed.GetValue(rate),
            },
            seams,
            cancellation));
        return command;
    }

    /// <summary>A factor above 0, or infinity for <c>max</c>.</summary>
    internal static double ParseSpeed(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (text == "max")
            return double.PositiveInfinity;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed > 0 && double.IsFinite(speed))
            return speed;
        result.AddError($"--speed is a factor above 0, or max, not '{text}'.");
        return 1;
    }

    /// <summary>A whole number, in words of our own where it is none.</summary>
    internal static int ParseWhole(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            return value;
        result.AddError($"{(result.Parent as OptionResult)?.Option.Name} is a whole number, not '{text}'.");
        return 0;
    }

    internal static void Range(OptionResult result, int low, int high)
    {
        foreach (var token in result.Tokens)
            if (int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && (value < low || value > high))
                result.AddError($"{result.Option.Name} is from {low} to {high}, not {value}.");
    }

    internal static IReadOnlyList<string> Split(string[]? symbols) =>
        [.. (symbols ?? []).SelectMany(s => s.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static Uri? ParseEndpoint(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
            return uri;
        result.AddError($"--endpoint is an http or https address, not '{text}'.");
        return null;
    }
}
