using System.Globalization;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Sources.Exchange;

/// <summary>An option of the exchange on the command line.</summary>
/// <param name="Name"><c>--speed</c>.</param>
/// <param name="Value">What follows it, <c>1|N|max</c>; none for a switch.</param>
/// <param name="Help">One line for a person, with the default.</param>
/// <param name="Apply">Puts the value given into the options; throws <see cref="FormatException"/> where it cannot be read.</param>
public sealed record ExchangeCommandOption(
    string Name, string? Value, string Help, Func<ExchangeOptions, string, ExchangeOptions> Apply);

/// <summary>The options of <c>exchange</c> on the command line: their names, their help, and how they become <see cref="ExchangeOptions"/>.</summary>
public static class ExchangeCommandOptions
{
    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<ExchangeCommandOption> All { get; } =
    [
        Option("--host", "ADDRESS", "IP address to listen on (default 127.0.0.1)", (o, v) => o with { Host = v }),
        Option("--port", "PORT", "port (default 0: a free one)", (o, v) => o with { Port = Int(v) }),
        Option("--replay", "FILE", "a file of the recording; again for each further file (default: a generated market)",
            (o, v) => o with { Replay = [.. o.Replay, v] }),
        Option("--venue", "binance|binance-usdm|kraken", "whose recording it is (default: told from the data)",
            (o, v) => o with { Venue = VenueNames.TryParse(v, out var venue) ? venue : throw new FormatException() }),
        Option("--speed", "1|N|max", "market seconds a second; max: as fast as subscribers read (default 1)",
            (o, v) => Play(o, p => p with { Speed = PlaybackOptions.TryParseSpeed(v, out var s) ? s : throw new FormatException() })),
        Switch("--lock-step", "frames go out on POST /sim/advance?frames=N only", o => Play(o, p => p with { LockStep = true })),
        Switch("--no-wait", "start without waiting for subscribers", o => Play(o, p => p with { WaitForSubscribers = false })),
        Switch("--hold", "stand still whenever a subscriber is away", o => Play(o, p => p with { HoldWithoutSubscribers = true })),
        Option("--expect", "STREAM", "a stream to wait for; again for more (default: all depth and trade streams)",
            (o, v) => Play(o, p => p with { ExpectedStreams = [.. p.ExpectedStreams ?? [], v] })),
        Option("--seed", "N", "of the generated market (default 1)", (o, v) => o with { Generator = o.Generator with { Seed = Int(v) } }),
        Option("--instruments", "N", "generated instruments (default 10)",
            (o, v) => o with { Generator = o.Generator with { Instruments = Int(v) } }),
        Option("--rate", "EVENTS_PER_S", "generated frames a second over all instruments (default 1000)",
            (o, v) => o with { Generator = o.Generator with { Rate = Number(v) } }),
        Option("--frames", "N", "the generated market ends after so many frames (default: never)",
            (o, v) => o with { Generator = o.Generator with { Frames = Long(v) } }),
        Option("--data", "DIR", "keeps the generated market, and goes on with what it keeps (default: each start begins anew)",
            (o, v) => o with { Folder = v }),
        Option("--fault", "RULE", "kind[:key=value,...], such as drop:p=0.01,stream=depth; again for more (default none)",
            (o, v) => o with { Faults = o.Faults with { Rules = [.. o.Faults.Rules, FaultRule.Parse(v)] } }),
        Option("--fault-seed", "N", "of the faults (default 1)", (o, v) => o with { Faults = o.Faults with { Seed = Int(v) } }),
        Option("--spare-tail", "FRAMES", "no faults in so many frames at the end (default 0)",
            (o, v) => o with { Faults = o.Faults with { SpareTail = Long(v) } }),
        Option("--max-requests", "N", "REST requests served at once, one more gets 429 (default 0: no limit)",
            (o, v) => o with { MaxConcurrentRequests = Int(v) }),
        Option("--rest-latency", "MS", "added to every REST answer (default 0)",
            (o, v) => o with { RestLatency = TimeSpan.FromMilliseconds(Number(v)) }),
    ];

    /// <summary>Reads arguments.</summary>
    /// <param name="arguments">What follows the command.</param>
    /// <returns>The options, validated.</returns>
    /// <exception cref="FormatException">An argument is unknown or wrong; the message is one line and lists all errors.</exception>
    public static ExchangeOptions Parse(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var options = new ExchangeOptions();
        var errors = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var option = All.FirstOrDefault(known => string.Equals(known.Name, arguments[i], StringComparison.Ordinal));
            if (option is null)
                errors.Add($"Unknown option {arguments[i]}.");
            else if (option.Value is not null && i + 1 >= arguments.Count)
                errors.Add($"{option.Name} needs a value: {option.Value}.");
            else
                options = Apply(option, options, option.Value is null ? "" : arguments[++i], errors);
        }

        errors.AddRange(options.Validate());
        return errors.Count == 0 ? options : throw new FormatException(string.Join(' ', errors));
    }

    private static ExchangeOptions Apply(
        ExchangeCommandOption option, ExchangeOptions options, string value, List<string> errors)
    {
        try
        {
            return option.Apply(options, value);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            errors.Add(option.Name == "--fault"
                ? $"--fault {value}: {e.Message}"
                : $"'{value}' is no value for {option.Name}: {option.Value}.");
            return options;
        }
    }

    private static ExchangeCommandOption Option(
        string name, string value, string help, Func<ExchangeOptions, string, ExchangeOptions> apply) =>
        new(name, value, help, apply);

    private static ExchangeCommandOption Switch(string name, string help, Func<ExchangeOptions, ExchangeOptions> apply) =>
        new(name, null, help, (options, _) => apply(options));

    private static ExchangeOptions Play(ExchangeOptions options, Func<PlaybackOptions, PlaybackOptions> change) =>
        options with { Playback = change(options.Playback) };

    private static int Int(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static long Long(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
