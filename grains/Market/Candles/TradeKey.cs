namespace StreamForge.Grains.Market.Candles;

/// <summary>
/// The order of trades that candles open and close by: time, then id. Trades without ids have id 0 and keep the order of arrival
/// within one time.
/// </summary>
/// <param name="Ticks">UTC ticks.</param>
public readonly record struct TradeKey(long Ticks, long Id) : IComparable<TradeKey>
{
    public int CompareTo(TradeKey other) => Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks) : Id.CompareTo(other.Id);

    public static bool operator <(TradeKey left, TradeKey right) => left.CompareTo(right) < 0;

    public static bool operator >(TradeKey left, TradeKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(TradeKey left, TradeKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(TradeKey left, TradeKey right) => left.CompareTo(right) >= 0;
}
