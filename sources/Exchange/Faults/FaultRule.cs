using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.Json;

namespace StreamForge.Sources.Exchange.Faults;

/// <summary>What goes wrong.</summary>
public enum FaultKind
{
    /// <summary>The frame is not sent.</summary>
    Drop = 0,

    /// <summary>The frame is sent twice.</summary>
    Duplicate = 1,

    /// <summary>The frame comes after the next <see cref="FaultRule.Distance"/> frames of its stream.</summary>
    Reorder = 2,

    /// <summary>All who subscribed to the frame's stream are cut off, without a word, before the frame.</summary>
    Disconnect = 3,

    /// <summary>All who subscribed to the frame's stream hear nothing, not even pongs, for <see cref="FaultRule.Duration"/>.</summary>
    Silence = 4,

    /// <summary>A damaged copy is sent before the frame; the frame itself comes whole.</summary>
    MalformedInsert = 5,

    /// <summary>The frame is damaged.</summary>
    MalformedReplace = 6,

    /// <summary>A snapshot is answered after <see cref="FaultRule.Duration"/>.</summary>
    SlowSnapshot = 7,

    /// <summary>A snapshot request is answered with <see cref="FaultRule.Status"/>; 0 for no answer within the duration, then a cut.</summary>
    FailingSnapshot = 8,

    /// <summary>The snapshot served last, or the first recorded one, is served again.</summary>
    StaleSnapshot = 9,

    /// <summary>A request for trades is answered with <see cref="FaultRule.Status"/>; 0 for no answer within the duration, then a cut.</summary>
    FailingTrades = 10,
}

/// <summary>One thing that goes wrong, where and how often. Times are real, not the market's.</summary>
public sealed record FaultRule
{
    public required FaultKind Kind { get; init; }

    /// <summary>The chance of each frame or request that the rule fits, 0 to 1.</summary>
    [Range(0.0, 1.0)]
    public double Probability { get; init; }

    /// <summary>Or: exactly these frames or requests that the rule fits, counted from 1.</summary>
    public IReadOnlyList<long> At { get; init; } = [];

    /// <summary>Only this kind of stream (<c>trade</c>, <c>aggTrade</c>, <c>depth</c>, <c>book</c>) or family (<c>depth</c>, <c>trade</c>, <c>ticker</c>).</summary>
    public string? Stream { get; init; }

    /// <summary>Only this symbol.</summary>
    public string? Symbol { get; init; }

    /// <summary>At most so often; no bound by default.</summary>
    [Range(1, int.MaxValue)]
    public int? Times { get; init; }

    /// <summary>Reorder: how many frames of the stream overtake, 1 by default.</summary>
    [Range(1, 1000)]
    public int Distance { get; init; } = 1;

    /// <summary>Of a silence, a slow snapshot, or a request without an answer: 1 s by default.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failing requests: 500 by default; 429 comes with <c>Retry-After</c>, 0 is a time-out.</summary>
    [Range(0, 599)]
    public int Status { get; init; } = 500;

    /// <summary>
    /// Reads the form of the command line, <c>kind[:key=value[,key=value…]]</c>: <c>drop:p=0.01,stream=depth</c>,
    /// <c>disconnect:at=100+2000</c>, <c>silence:at=500,duration=10</c> (seconds), <c>failingSnapshot:p=0.5,status=429,times=3</c>.
    /// Without <c>p</c> and <c>at</c> every frame or request that fits is hit.
    /// </summary>
    /// <exception cref="FormatException">The text is not of that form; the message says what is wrong.</exception>
    public static FaultRule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var (name, settings) = text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon
            ? (text[..colon], text[(colon + 1)..])
            : (text, "");
        if (!Enum.TryParse<FaultKind>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var kind) || int.TryParse(name, out _))
            throw new FormatException($"'{name}' is no fault: one of {string.Join(", ", Enum.GetNames<FaultKind>().Select(known => JsonNamingPolicy.KebabCaseLower.ConvertName(known)))}.");
        var rule = new FaultRule { Kind = kind, Probability = 1 };
        foreach (var setting in settings.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (setting.Split('=', 2) is not [var key, var value])
                throw new FormatException($"'{setting}' is not key=value.");
            rule = rule.With(key.Trim(), value.Trim());
        }

        return rule.At.Count > 0 ? rule with { Probability = 0 } : rule;
    }

    /// <summary>All that is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        ExchangeOptions.Check(this, $"Fault {Kind}: ", errors);
        if (Duration <= TimeSpan.Zero && Duration != Timeout.InfiniteTimeSpan)
            errors.Add($"Fault {Kind}: Duration must be positive.");
        if (Probability == 0 && At.Count == 0)
            errors.Add($"Fault {Kind}: either Probability or At is needed.");
        return errors;
    }

    private FaultRule With(string key, string value)
    {
        try
        {
            return key switch
            {
                "p" or "probability" => this with { Probability = Number(value) },
                "at" => this with { At = [.. value.Split('+').Select(text => long.Parse(text, CultureInfo.InvariantCulture))] },
                "stream" => this with { Stream = value },
                "symbol" => this with { Symbol = value },
                "times" => this with { Times = int.Parse(value, CultureInfo.InvariantCulture) },
                "distance" => this with { Distance = int.Parse(value, CultureInfo.InvariantCulture) },
                "duration" => this with { Duration = TimeSpan.FromSeconds(Number(value)) },
                "status" => this with { Status = int.Parse(value, CultureInfo.InvariantCulture) },
                _ => throw new FormatException($"'{key}' is no setting of a fault."),
            };
        }
        catch (Exception e) when (e is OverflowException || (e is FormatException && !e.Message.StartsWith('\'')))
        {
            throw new FormatException($"'{value}' is no value for {key}.", e);
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
