using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Rendering;

/// <summary>
/// How a view becomes an answer: its content, which the ETag stands for, and after it what is said about the content.
/// </summary>
/// <param name="Version">The view's version.</param>
/// <param name="Freshness">The freshness that the headers tell.</param>
/// <param name="Unconfirmed">The view with another word on freshness, for when the grain that could confirm it is out of reach.</param>
/// <param name="Provenance">Where the content came from; none where the view does not tell.</param>
/// <param name="WriteContent">Writes the members of the content.</param>
/// <param name="WriteExtra">Writes further members about the content.</param>
internal sealed record ViewShape<TView>(
    Func<TView, long> Version,
    Func<TView, Freshness> Freshness,
    Func<TView, TView> Unconfirmed,
    Func<TView, Provenance?>? Provenance,
    Action<Utf8JsonWriter, TView> WriteContent,
    Action<Utf8JsonWriter, TView>? WriteExtra = null)
    where TView : class
{
    /// <summary>Whether two views surely have equal content, told without looking at it.</summary>
    /// <remarks>
    /// A version alone does not say so: a grain that lost its memory counts the same versions again. Together with what was
    /// applied last and when, it does.
    /// </remarks>
    public bool SameContent(TView one, TView other)
    {
        var (a, b) = (Freshness(one), Freshness(other));
        return Version(one) == Version(other)
            && a.Sequence == b.Sequence && a.AppliedAt == b.AppliedAt && a.EventTime == b.EventTime
            && Equals(Provenance?.Invoke(one), Provenance?.Invoke(other));
    }

    /// <summary>Nothing was ever heard of the entity: neither content nor anything about it.</summary>
    public bool IsUnknown(TView view) =>
        Freshness(view) is { Status: FreshnessStatus.Cold, Sequence: 0, ReceivedAt: null };
}

/// <summary>The shapes of the four views of an instrument.</summary>
internal static class ViewShapes
{
    public static readonly ViewShape<InstrumentView> Instrument = new(
        view => view.Version, view => view.Freshness,
        view => view with { Freshness = LastKnown.Of(view.Freshness), Book = LastKnown.Of(view.Book), Trades = LastKnown.Of(view.Trades) },
        view => view.Provenance,
        (json, view) =>
        {
            json.WriteString("instrument"u8, view.Instrument);
            json.WriteLevel("bestBid"u8, view.BestBid);
            json.WriteLevel("bestAsk"u8, view.BestAsk);
            json.WriteTrade("lastTrade"u8, view.LastTrade);
            json.WriteStatistics("statistics"u8, view.Statistics);
            json.WriteBoolean("tradesUnverifiable"u8, view.TradesUnverifiable);
        },
        (json, view) =>
        {
            json.WriteFreshness("bookFreshness"u8, view.Book);
            json.WriteFreshness("tradesFreshness"u8, view.Trades);
        });

    public static readonly ViewShape<BookView> Book = new(
        view => view.Version, view => view.Freshness, view => view with { Freshness = LastKnown.Of(view.Freshness) }, view => view.Provenance,
        (json, view) =>
        {
            json.WriteString("instrument"u8, view.Instrument);
            json.WriteLevels("bids"u8, view.Bids);
            json.WriteLevels("asks"u8, view.Asks);
        });

    public static readonly ViewShape<TradesView> Trades = new(
        view => view.Version, view => view.Freshness, view => view with { Freshness = LastKnown.Of(view.Freshness) }, view => view.Provenance,
        (json, view) =>
        {
            json.WriteString("instrument"u8, view.Instrument);
            json.WriteBoolean("unverifiable"u8, view.Unverifiable);
            json.WriteStartArray("trades"u8);
            foreach (var trade in view.Trades)
                json.WriteTrade(trade);
            json.WriteEndArray();
        });

    public static readonly ViewShape<CandlesView> Candles = new(
        view => view.Version, view => view.Freshness, view => view with { Freshness = LastKnown.Of(view.Freshness) }, null,
        (json, view) =>
        {
            json.WriteString("instrument"u8, view.Instrument);
            json.WriteString("interval"u8, JsonText.Word(view.Interval));
            json.WriteStartArray("candles"u8);
            foreach (var candle in view.Candles)
                json.WriteCandle(candle);
            json.WriteEndArray();
        });
}
