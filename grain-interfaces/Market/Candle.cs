namespace StreamForge.Contracts.Market;

/// <summary>The intervals that candles are served in.</summary>
public enum CandleInterval
{
    OneMinute = 1,
    FiveMinutes = 5,
    OneHour = 60,
    OneDay = 1440,
}

/// <summary>
/// Open, high, low, close and volumes of the trades whose time is in [OpenTime, OpenTime + interval). An interval without
/// trades has count 0 and repeats the close before it; where there is none before it, there is no candle.
/// </summary>
[GenerateSerializer, Immutable, Alias("sf.Candle")]
public sealed record Candle
{
    /// <summary>Start of the interval, UTC.</summary>
    [Id(0)] public required DateTimeOffset OpenTime { get; init; }

    [Id(1)] public required decimal Open { get; init; }

    [Id(2)] public required decimal High { get; init; }

    [Id(3)] public required decimal Low { get; init; }

    [Id(4)] public required decimal Close { get; init; }

    /// <summary>In units of the base asset.</summary>
    [Id(5)] public required decimal Volume { get; init; }

    /// <summary>Sum of price times quantity, in units of the quote asset.</summary>
    [Id(6)] public required decimal QuoteVolume { get; init; }

    /// <summary>Number of trades.</summary>
    [Id(7)] public required int Count { get; init; }

    /// <summary>Volume where the buyer took, in units of the base asset.</summary>
    [Id(8)] public required decimal TakerBuyVolume { get; init; }

    [Id(9)] public required decimal TakerBuyQuoteVolume { get; init; }

    /// <summary>Whether the interval has ended by event time; an ended candle may still be corrected by late trades.</summary>
    [Id(10)] public bool Closed { get; init; }
}
