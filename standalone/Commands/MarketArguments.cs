using System.CommandLine;
using System.Globalization;

namespace StreamForge.Standalone.Commands;

/// <summary>The options that say what is connected to: a venue, recordings, or a generated market.</summary>
internal sealed class MarketArguments
{
    internal static readonly string[] Venues = ["binance", "binance-usdm", "kraken"];

    private readonly Option<string> _data = new("--data") { Description = "Folder that everything is kept in.", DefaultValueFactory = _ => "./data" };
    private readonly Option<int> _seed = new("--seed") { CustomParser = ArgumentValues.ParseWhole, Description = "Seed of the generated market.", DefaultValueFactory = _ => 1 };
    private readonly Option<string[]> _replay = new("--replay") { Description = "Recordings to replay through the connector.", AllowMultipleArgumentsPerToken = true, HelpName = "FILE" };
    private readonly Option<double> _speed = new("--speed")
    {
        Description = "Speed of the replay: a factor, or max (default 1).",
        DefaultValueFactory = _ => 1,
        CustomParser = ArgumentValues.ParseSpeed,
    };
    private readonly Option<string?> _venue = new("--venue") { Description = "Whose recording it is, where the data does not tell.", HelpName = string.Join('|', Venues) };
    private readonly Option<string?> _live = new("--live") { Description = "Connect to this venue.", HelpName = string.Join('|', Venues) };
    private readonly Option<string[]> _symbols = new("--symbols") { Description = "Symbols of --live, separated by commas.", AllowMultipleArgumentsPerToken = true };
    private readonly Option<Uri?> _endpoint = new("--endpoint") { Description = "With --live: base address in place of the venue's own.", CustomParser = ArgumentValues.ParseEndpoint, HelpName = "URL" };
    private readonly Option<int> _instruments = new("--instruments") { CustomParser = ArgumentValues.ParseWhole, Description = "Instruments of the generated market.", DefaultValueFactory = _ => 10 };
    private readonly Option<int> _rate = new("--rate") { CustomParser = ArgumentValues.ParseWhole, Description = "Events a second of the generated market.", DefaultValueFactory = _ => 200 };

    public MarketArguments()
    {
        _data.Validators.Add(ArgumentValues.IsNotEmpty);
        _venue.Validators.Add(result => ArgumentValues.OneOf(result, Venues));
        _live.Validators.Add(result => ArgumentValues.OneOf(result, Venues));
        _instruments.Validators.Add(result => ArgumentValues.Range(result, 1, 100_000));
        _rate.Validators.Add(result => ArgumentValues.Range(result, 1, 10_000_000));
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _data, _seed, _replay, _speed, _venue, _live, _symbols, _endpoint, _instruments, _rate })
            command.Add(option);
        // By what was given, not by its value: one that is wrong has been told already, and cannot be asked for.
        command.Validators.Add(result =>
        {
            bool Given(Option option) => result.GetResult(option) is { Implicit: false };
            string[] Words(Option option) => [.. result.GetResult(option)?.Tokens.Select(token => token.Value) ?? []];
            if (Given(_replay) && Given(_live))
                result.AddError("--replay and --live exclude each other.");
            if (Given(_live) && ArgumentValues.Split(Words(_symbols)).Count == 0)
                result.AddError("--live wants --symbols, as in --symbols BTCUSDT,ETHUSDT.");
            foreach (var option in new Option[] { _endpoint, _symbols })
                if (Given(option) && !Given(_live))
                    result.AddError($"{option.Name} goes with --live.");
            foreach (var option in new Option[] { _speed, _venue })
                if (Given(option) && !Given(_replay))
                    result.AddError($"{option.Name} goes with --replay.");
            foreach (var file in Words(_replay))
                if (!File.Exists(file))
                    result.AddError($"--replay: there is no file {file}.");
        });
    }

    /// <summary>What they say; the rest of the options is as if nobody had said anything.</summary>
    public UpOptions Read(ParseResult parsed) => new()
    {
        Port = 0,
        Headless = false,
        DataFolder = Path.GetFullPath(parsed.GetValue(_data)!),
        Seed = parsed.GetValue(_seed),
        Replay = parsed.GetValue(_replay) ?? [],
        Speed = parsed.GetValue(_speed),
        Venue = parsed.GetValue(_venue),
        Live = parsed.GetValue(_live),
        Symbols = ArgumentValues.Split(parsed.GetValue(_symbols)),
        Endpoint = parsed.GetValue(_endpoint),
        Instruments = parsed.GetValue(_instruments),
        Rate = parsed.GetValue(_rate),
    };

    /// <summary>The same options in words, for another process.</summary>
    public static IEnumerable<string> Write(UpOptions options)
    {
        yield return "--data";
        yield return options.DataFolder;
        if (options.Live is { } live)
        {
            yield return "--live";
            yield return live;
            yield return "--symbols";
            yield return string.Join(',', options.Symbols);
        }
        if (options.Endpoint is { } endpoint)
        {
            yield return "--endpoint";
            yield return endpoint.ToString();
        }
        if (options.Venue is { } venue)
        {
            yield return "--venue";
            yield return venue;
        }
        var numbers = CultureInfo.InvariantCulture;
        foreach (var file in options.Replay)
        {
            yield return "--replay";
            yield return Path.GetFullPath(file);
        }
        if (options.Replay.Count > 0)
        {
            yield return "--speed";
            yield return double.IsPositiveInfinity(options.Speed) ? "max" : options.Speed.ToString(numbers);
        }
        foreach (var (name, value) in new (string, string)[]
        {
            ("--seed", options.Seed.ToString(numbers)),
            ("--instruments", options.Instruments.ToString(numbers)),
            ("--rate", options.Rate.ToString(numbers)),
        })
        {
            yield return name;
            yield return value;
        }
    }
}
