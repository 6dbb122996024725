using System.Collections.Immutable;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;

namespace StreamForge.Grains.Market;

/// <summary>What no market event may break, whatever the state: those that do are dead letters.</summary>
internal static class MarketRules
{
    /// <summary>The rule that is broken, for a person; none where none is.</summary>
    public static string? Violation(StreamEvent received, string instrument, MarketOptions options)
    {
        if (received is not MarketEvent market)
            return $"An instrument does not take {received.GetType().Name}.";
        if (market.Instrument != instrument)
            return $"It is about {market.Instrument}, not {instrument}.";
        return received switch
        {
            Trade trade => OfTrade(trade, options),
            DepthDiff diff => OfDiff(diff),
            DepthSnapshot snapshot => OfSnapshot(snapshot),
            TradeRange range => OfRange(range, instrument, options),
            _ => null,
        };
    }

    private static string? OfDiff(DepthDiff diff)
    {
        if (diff.Previous.HasValue != diff.Last.HasValue)
            return "A diff has both sequences or none.";
        return diff.Last <= diff.Previous
            ? $"A diff covers nothing: from {diff.Previous} to {diff.Last}."
            : OfLevels(diff.Bids) ?? OfLevels(diff.Asks);
    }

    private static string? OfSnapshot(DepthSnapshot snapshot) =>
        snapshot.DepthLimit < 0 ? $"A depth limit of {snapshot.DepthLimit}." : OfLevels(snapshot.Bids) ?? OfLevels(snapshot.Asks);

    private static string? OfLevels(ImmutableArray<PriceLevel> levels)
    {
        foreach (ref readonly var level in levels.AsSpan())
            if (level.Price <= 0 || level.Quantity < 0)
                return $"A level of {level.Quantity} at {level.Price}.";
        return null;
    }

    // A quantity of zero is no trade but an entry of the venue's own books; it has an id, so it must pass.
    private static string? OfTrade(Trade trade, MarketOptions options)
    {
        if (trade.Quantity < 0 || trade.Price < 0 || (trade.Price == 0 && trade.Quantity != 0))
            return $"A trade of {trade.Quantity} at {trade.Price}.";
        if (trade.Count < 1)
            return $"A trade that stands for {trade.Count} trades.";
        return trade.Time - trade.ReceivedAt > options.TradeAhead
            ? $"A trade made at {trade.Time:O}, long after it was received at {trade.ReceivedAt:O}."
            : null;
    }

    private static string? OfRange(TradeRange range, string instrument, MarketOptions options)
    {
        if (range.ToId < range.FromId)
            return $"A range of ids from {range.FromId} to {range.ToId}.";
        foreach (var trade in range.Trades)
        {
            if (trade.TradeId is not { } id || id < range.FromId || id > range.ToId)
                return $"A trade with id {trade.TradeId} in a range from {range.FromId} to {range.ToId}.";
            if (trade.Instrument != instrument)
                return $"It is about {trade.Instrument}, not {instrument}.";
            if (OfTrade(trade, options) is { } violation)
                return violation;
        }

        return null;
    }
}
