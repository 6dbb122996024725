using System.ComponentModel.DataAnnotations;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Generation;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Recordings;

namespace StreamForge.Sources.Exchange;

/// <summary>What the simulated exchange serves, and how.</summary>
public sealed record ExchangeOptions
{
    /// <summary>IP address to listen on; loopback by default. Anybody who reaches it may ask for faults.</summary>
    [Required]
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port; 0, the default, for a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; init; }

    /// <summary>Files of one recording to replay; none for a generated market.</summary>
    public IReadOnlyList<string> Replay { get; init; } = [];

    /// <summary>Whose recording it is; by default told from the data.</summary>
    public RecordingVenue? Venue { get; init; }

    /// <summary>Pace, lock-step and what is waited for.</summary>
    public PlaybackOptions Playback { get; init; } = new();

    /// <summary>The market where nothing is replayed.</summary>
    public GeneratorOptions Generator { get; init; } = new();

    /// <summary>Keeps the generated market, so that the next start goes on with it; none, the default: each start begins anew.</summary>
    public string? Folder { get; init; }

    /// <summary>What goes wrong; nothing by default.</summary>
    public FaultPlan Faults { get; init; } = FaultPlan.None;

    /// <summary>Trades kept for requests by id, per stream: 1,000,000 by default.</summary>
    [Range(1, 100_000_000)]
    public int TradeHistory { get; init; } = 1_000_000;

    /// <summary>Binance: a ping after so much silence; 20 s by default, as at the venue.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Kraken: a heartbeat after so much silence; 1 s by default, as at the venue.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>REST requests served at once; one more is refused with 429 and <c>Retry-After</c>. 0, the default, for no limit.</summary>
    [Range(0, 10_000)]
    public int MaxConcurrentRequests { get; init; }

    /// <summary>Added to every REST answer, so that requests overlap as they do over a real distance. None by default.</summary>
    public TimeSpan RestLatency { get; init; }

    /// <summary>All that is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(this, "", errors);
        Check(Playback, "Playback.", errors);
        errors.AddRange(Generator.Validate());
        errors.AddRange(Faults.Validate());
        if (PingInterval <= TimeSpan.Zero)
            errors.Add("PingInterval must be positive.");
        if (!System.Net.IPAddress.TryParse(Host, out _))
            errors.Add($"Host is an IP address, not '{Host}'.");
        if (HeartbeatInterval <= TimeSpan.Zero)
            errors.Add("HeartbeatInterval must be positive.");
        if (RestLatency < TimeSpan.Zero)
            errors.Add("RestLatency must not be negative.");
        return errors;
    }

    internal static void Check(object options, string prefix, List<string> errors)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        errors.AddRange(results.Select(result => prefix + result.ErrorMessage));
    }
}
