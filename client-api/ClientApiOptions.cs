using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace StreamForge.ClientApi;

/// <summary>What the client API may be told. Checked at start; all that is wrong is said in one message.</summary>
public sealed class ClientApiOptions
{
    /// <summary>How long a grain may take to answer before the caller gets 503. Default 5 s; 100 ms to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan GrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A grain that has not answered a read for so long, or cannot be reached, is asked once more: in a cluster it may be coming up in another silo.
    /// After as long again the answer is what was known last, as <c>stale</c>, where anything was. Default 0: never; 0 to 30 s. A client API of a cluster: 0.7 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan AskAgainAfter { get; set; }

    /// <summary>The longest <c>wait=</c> that a caller may ask for. Default 5 s; 0 to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What <c>Retry-After</c> says with 503. Default 1 s; 1 s to 1 min, whole seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Levels a side where <c>depth=</c> is not given. Default 100; 1 to 5,000.</summary>
    [Range(1, 5_000)]
    public int DefaultDepth { get; set; } = 100;

    /// <summary>The largest <c>depth=</c>. Default 5,000; 1 to 5,000.</summary>
    [Range(1, 5_000)]
    public int MaxDepth { get; set; } = 5_000;

    /// <summary>The largest <c>limit=</c> of trades. Default 1,000; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxTrades { get; set; } = 1_000;

    /// <summary>The longest range of candles, in intervals. Default 1,500; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxCandles { get; set; } = 1_500;

    /// <summary>The largest page of a list. Default 1,000; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxPage { get; set; } = 1_000;

    /// <summary>Items of a list, or trades, where <c>limit=</c> is not given. Default 100; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int DefaultLimit { get; set; } = 100;

    /// <summary>The longest query string, in characters; longer ones get 414. Default 2,048; 64 to 8,192.</summary>
    [Range(64, 8_192)]
    public int MaxQueryLength { get; set; } = 2_048;

    /// <summary>Bytes of rendered answers kept for reuse, about. Default 64 MB; 1 MB to 4 GB.</summary>
    [Range(1L << 20, 1L << 32)]
    public long CacheBytes { get; set; } = 64L << 20;

    /// <summary>A silent stream gets a comment this often. Default 5 s; 50 ms to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:00:10")]
    public TimeSpan StreamHeartbeat { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Events that wait for one slow reader of a stream; one more and it is dropped. Default 8,192; 16 to 1,000,000.</summary>
    [Range(16, 1_000_000)]
    public int StreamBuffer { get; set; } = 8_192;

    /// <summary>How long a dropped reader's last write may take before the connection is cut. Default 5 s; 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan StreamDropGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Streams open at once in this process; more get 503. Default 10,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxStreams { get; set; } = 10_000;

    /// <summary>The meters whose instruments stand in <c>/metrics</c>: exact names, or prefixes that end in <c>*</c>.</summary>
    [Required, MinLength(1)]
    public IReadOnlyList<string> Meters { get; set; } =
        ["StreamForge*", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <summary>Label sets kept for one instrument; further ones are summed up under one. Default 1,000; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxSeries { get; set; } = 1_000;
}

/// <summary>Checks ranges and what must hold between options, and reports everything at once.</summary>
internal sealed class ClientApiOptionsValidator : IValidateOptions<ClientApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ClientApiOptions options)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        var errors = found.ConvertAll(result => result.ErrorMessage ?? "An option is out of range.");
        if (options.DefaultDepth > options.MaxDepth)
            errors.Add($"DefaultDepth ({options.DefaultDepth}) must not be above MaxDepth ({options.MaxDepth}).");
        if (options.DefaultLimit > Math.Min(options.MaxPage, options.MaxTrades))
            errors.Add($"DefaultLimit ({options.DefaultLimit}) must not be above MaxPage ({options.MaxPage}) or MaxTrades ({options.MaxTrades}).");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
