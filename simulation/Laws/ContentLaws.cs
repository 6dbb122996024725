using System.Globalization;
using System.Text.Json;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Market;
using StreamForge.Simulation.Market;

namespace StreamForge.Simulation.Laws;

/// <summary>A book is the source's at the sequence that the answer names, whatever the freshness.</summary>
internal sealed class BookLaw : Law
{
    public override string Name => "L2 nothing twice";

    public override void Answered(Answer answer)
    {
        if (answer.Of != ViewOf.Book || answer.Freshness is { Status: FreshnessStatus.Cold } or { Sequence: 0 })
            return;
        Checked("book");
        var found = new BookFingerprint();
        foreach (var level in answer.Content.GetProperty("bids").EnumerateArray())
            found.Level(level.Number("price"), level.Number("quantity"));
        found.Side();
        foreach (var level in answer.Content.GetProperty("asks").EnumerateArray())
            found.Level(level.Number("price"), level.Number("quantity"));
        if (World.Truth[answer.Instrument].BookAt(answer.Freshness.Sequence) != found.Value)
            Broken(answer.Instrument, $"the book at sequence {answer.Freshness.Sequence} is not what the source had there");
    }
}

/// <summary>Each trade is one that the source made, and none is there twice.</summary>
internal sealed class TradeLaw : Law
{
    public override string Name => "L2 nothing twice";

    public override void Answered(Answer answer)
    {
        if (answer.Of != ViewOf.Trades)
            return;
        var seen = new HashSet<long>();
        foreach (var trade in answer.Content.GetProperty("trades").EnumerateArray())
        {
            Checked("trade");
            var id = trade.GetProperty("tradeId").GetInt64();
            if (!seen.Add(id))
                Broken(answer.Instrument, $"trade {id} is there twice");
            if (!World.Truth[answer.Instrument].Trades.TryGetValue(id, out var made))
                Broken(answer.Instrument, $"the source made no trade {id}");
            else if (made.Price != trade.Number("price") || made.Quantity != trade.Number("quantity")
                || made.Time != trade.GetProperty("time").GetDateTimeOffset() || made.BuyerIsMaker != trade.GetProperty("buyerIsMaker").GetBoolean())
                Broken(answer.Instrument, $"trade {id} is not as the source made it: {trade}");
        }
    }
}

/// <summary>All that was published up to the watermark of a live answer is in it.</summary>
internal sealed class WatermarkLaw : Law
{
    // So many the platform keeps: of more, the oldest are not in the answer.
    public const int TapeLength = 500;

    // What the platform allows, and by how much two clocks may differ: two that began apart, and went on apart while they followed jumps.
    private static readonly TimeSpan Recent = new MarketOptions().StaleAfter + TimeSpan.FromSeconds(1 + 2);

    public override string Name => "L3 no silent gap";

    public override void Answered(Answer answer)
    {
        if (answer.Freshness is not { Status: FreshnessStatus.Live, Watermark: { } watermark })
            return;
        if (World.Truth.Meaning(watermark) is not { } through)
        {
            Broken(answer.Instrument, $"live as of {watermark:O}, which nobody ever proved");
            return;
        }

        Checked("recent");
        if (World.Simulated.Elapsed - through is var age && age > Recent)
            Broken(answer.Instrument, $"live as of {watermark:O}, which is {age.TotalSeconds:F1} s ago");
        if (answer.Of == ViewOf.Book)
            CheckBook(answer, through);
        else
            CheckTrades(answer, through);
    }

    private void CheckBook(Answer answer, TimeSpan through)
    {
        Checked("book");
        var truth = World.Truth[answer.Instrument];
        var required = truth.RequiredSequence(through);
        if (answer.Freshness.Sequence < required)
            Broken(answer.Instrument,
                $"live as of {answer.Freshness.Watermark:O}, which stands for {through.TotalSeconds:F7} s, at sequence {answer.Freshness.Sequence}; "
                + $"{required} had been published by then, at {truth.SentAt(required)?.TotalSeconds:F7} s");
    }

    /// <summary>Nothing is claimed before the first trade that was seen; from there on all must be there.</summary>
    private void CheckTrades(Answer answer, TimeSpan through)
    {
        var ids = answer.Content.GetProperty("trades").EnumerateArray().Select(t => t.GetProperty("tradeId").GetInt64()).ToHashSet();
        if (ids.Count is 0 or TapeLength)
            return;
        Checked("trades");
        for (var (id, last) = (ids.Min(), World.Truth[answer.Instrument].RequiredTrade(through)); id <= last; id++)
            if (!ids.Contains(id))
                Broken(answer.Instrument,
                    $"trades live as of {answer.Freshness.Watermark:O}, which stands for {through.TotalSeconds:F7} s, without trade {id}; "
                    + $"{last} had been published by then");
    }
}

/// <summary>Numbers in answers are text.</summary>
internal static class AnswerNumbers
{
    public static decimal Number(this JsonElement element, string name) =>
        decimal.Parse(element.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
