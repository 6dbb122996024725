using System.ComponentModel.DataAnnotations;

namespace StreamForge.Sources.Connectors;

/// <summary>What to read of one venue, and how.</summary>
public sealed record ConnectorOptions
{
    /// <summary><c>binance</c> (spot), <c>binance-usdm</c> or <c>kraken</c>.</summary>
    [Required]
    public required string Venue { get; init; }

    /// <summary>In the venue's spelling, <c>BTCUSDT</c> or <c>XBT/USD</c>; at least one.</summary>
    [MinLength(1)]
    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>Root of the WebSocket endpoint; the venue's public one by default.</summary>
    public Uri? WebSocketBase { get; init; }

    /// <summary>Root of the REST endpoint; the venue's public one by default.</summary>
    public Uri? RestBase { get; init; }

    /// <summary>Binance: read <c>aggTrade</c> instead of <c>trade</c>. Off by default: single trades.</summary>
    public bool AggregateTrades { get; init; }

    /// <summary>Binance: read <c>bookTicker</c> too, whose sequence shows a lost last diff. On by default.</summary>
    public bool BookTicker { get; init; } = true;

    /// <summary>Binance: speed of the depth stream, <c>100ms</c> by default; USD-M also has <c>0ms</c>.</summary>
    [Required]
    public string DepthSpeed { get; init; } = "100ms";

    /// <summary>Levels of a snapshot: by default the most that the venue gives (5000 spot, 1000 USD-M, 1000 Kraken).</summary>
    [Range(1, 100_000)]
    public int? SnapshotDepth { get; init; }

    /// <summary>Binance: key for the requests that need one; the header <c>X-MBX-APIKEY</c>. None by default.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Symbols that share a connection: 100 by default.</summary>
    [Range(1, 300)]
    public int SymbolsPerConnection { get; init; } = 100;

    /// <summary>How often the link is proven by a question and its answer: 1 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a watermark is written: 1 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan WatermarkInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A link that says nothing for so long is given up: 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For connecting: 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For one REST request, or for the new snapshot after a resubscription: 10 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>At the end, for what was received to become durable: 0.5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The first pause before another attempt; doubled each time, with jitter. 0.5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest such pause: 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The link does not count as up until every symbol was asked for anew after a reconnect, or so much time has gone by: then it counts
    /// for those that were, and the watermarks name the others. 10 s by default.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan ResyncGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Symbols asked for at once after a connect: 2 by default.</summary>
    [Range(1, 64)]
    public int ResyncConcurrency { get; init; } = 2;

    /// <summary>Bytes of a connection that may wait for their acknowledgement before reading pauses: 16 MiB by default.</summary>
    [Range(1024, 1L << 32)]
    public long MaxInFlightBytes { get; init; } = 16 << 20;

    /// <summary>The longest frame or body that is taken: 16 MiB by default.</summary>
    [Range(1024, 1 << 30)]
    public int MaxFrameBytes { get; init; } = 16 << 20;

    /// <summary>All that is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Validate()
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(this, new ValidationContext(this), results, validateAllProperties: true);
        var errors = results.ConvertAll(r => r.ErrorMessage ?? "An option is out of range.");
        if (VenueProtocol.NamesOf().All(name => name != Venue))
            errors.Add($"Venue '{Venue}' is none of {string.Join(", ", VenueProtocol.NamesOf())}.");
        foreach (var symbol in Symbols ?? [])
            if (string.IsNullOrWhiteSpace(symbol) || symbol.Any(c => c is ':' or '@' or '"' or '?' or '&' || char.IsWhiteSpace(c)))
                errors.Add($"'{symbol}' is not a symbol.");
        if (Symbols is not null && Symbols.Distinct(StringComparer.OrdinalIgnoreCase).Count() != Symbols.Count)
            errors.Add("Symbols has one twice.");
        if (WebSocketBase is { Scheme: not ("ws" or "wss") })
            errors.Add("WebSocketBase must be ws:// or wss://.");
        if (RestBase is { Scheme: not ("http" or "https") })
            errors.Add("RestBase must be http:// or https://.");
        if (RetryMax < RetryBase)
            errors.Add("RetryMax must not be below RetryBase.");
        if (SilenceTimeout <= PingInterval)
            errors.Add("SilenceTimeout must be above PingInterval.");
        return errors;
    }
}
