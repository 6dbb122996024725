using System.ComponentModel.DataAnnotations;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>A market that nobody recorded.</summary>
public sealed record GeneratorOptions
{
    /// <summary>The same seed gives the same market, byte for byte where <see cref="StartAt"/> is given too. 1 by default.</summary>
    public int Seed { get; init; } = 1;

    /// <summary><c>SYM0001USDT</c> and so on: 10 by default.</summary>
    [Range(1, 100_000)]
    public int Instruments { get; init; } = 10;

    /// <summary>Frames per second of the market's clock, over all instruments: 1,000 by default.</summary>
    [Range(0.001, 100_000_000)]
    public double Rate { get; init; } = 1_000;

    /// <summary>The market ends after so many frames; never by default.</summary>
    [Range(1, long.MaxValue)]
    public long? Frames { get; init; }

    /// <summary>The share of steps that are trades: 0.3 by default. Each also moves the book.</summary>
    [Range(0.0, 1.0)]
    public double TradeShare { get; init; } = 0.3;

    /// <summary>Whether each change of the best bid or ask is told on <c>bookTicker</c>: yes by default.</summary>
    public bool BookTicker { get; init; } = true;

    /// <summary>Levels a side in the first book: 100 by default.</summary>
    [Range(10, 400)]
    public int Levels { get; init; } = 100;

    /// <summary>Trades kept for requests by id, per instrument: 10,000 by default.</summary>
    [Range(1, 10_000_000)]
    public int TradeHistory { get; init; } = 10_000;

    /// <summary>The market's time of the first frame, UTC; by default the moment it goes out.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>All that is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        ExchangeOptions.Check(this, "Generator: ", errors);
        return errors;
    }
}
