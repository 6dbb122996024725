namespace StreamForge.Grains.Market.Wire;

/// <summary>
/// Bounds of what is taken for a price or a quantity. Far above anything traded, and low enough that products and a day's sums
/// stay inside a <see cref="decimal"/>: a corrupt figure is refused at the door instead of overflowing a candle.
/// </summary>
public static class MarketLimits
{
    /// <summary>Highest price, in units of the quote asset.</summary>
    public const decimal MaxPrice = 1_000_000_000_000m;

    /// <summary>Highest quantity, in units of the base asset.</summary>
    public const decimal MaxQuantity = 100_000_000_000_000m;

    /// <summary>Longest <c>venue:SYMBOL</c>, in characters.</summary>
    public const int MaxInstrumentLength = 96;
}
