using System.Globalization;
using System.Text.Json;
using StreamForge.Drills.Rigs;

namespace StreamForge.Drills.Checking;

/// <summary>
/// The end-state check: the market stands still, and every book, every trade and every candle that the platform serves is what the exchange
/// itself says, which keeps its own by code of its own. A lost trade makes a candle's count too small, one applied twice too large.
/// </summary>
internal sealed class MarketCheck(ExchangeProcess exchange, HttpClient api)
{
    private const int Depth = 5000;
    private const int NewestTrades = 1000;
    private static readonly string[] Sides = ["bids", "asks"];
    private static readonly string[] Parts = ["applied", "duplicate", "filtered", "superseded", "deadLettered"];

    /// <summary>Holds the market, waits until all is equal, and lets it go on.</summary>
    /// <exception cref="DrillFailedException">Something stays different; it is named.</exception>
    public async Task Equal(TimeSpan deadline, CancellationToken cancellation = default)
    {
        await exchange.Pause();
        try
        {
            foreach (var symbol in exchange.Symbols)
                await Until.Nothing(() => Difference(symbol), deadline, $"all of {symbol} equals what the exchange says", cancellation);
            await Until.Nothing(CountersDiffer, deadline, "the counters add up", cancellation);
        }
        finally
        {
            await exchange.Resume();
        }
    }

    private async Task<string?> Difference(string symbol)
    {
        try
        {
            return await BookDiffers(symbol) ?? await TradesDiffer(symbol, await VenueTrades.Read(exchange.Http, symbol));
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return error.Message;
        }
    }

    private async Task<string?> BookDiffers(string symbol)
    {
        var ours = await Ask($"v1/instruments/binance:{symbol}/book?depth={Depth}");
        var freshness = ours.GetProperty("freshness");
        if (freshness.GetProperty("status").GetString() != "live")
            return $"the book is {freshness}";
        using var body = JsonDocument.Parse(
            await exchange.Http.GetStringAsync(new Uri($"api/v3/depth?symbol={symbol}&limit={Depth}", UriKind.Relative)));
        var theirs = body.RootElement;
        var (sequence, last) = (freshness.GetProperty("sequence").GetInt64(), theirs.GetProperty("lastUpdateId").GetInt64());
        if (sequence != last)
            return $"the book is at {sequence}, the exchange's at {last}";
        foreach (var side in Sides)
        {
            var own = ours.GetProperty(side).EnumerateArray().Select(level => (Numbers.Read(level.GetProperty("price")), Numbers.Read(level.GetProperty("quantity"))));
            if (!own.SequenceEqual(theirs.GetProperty(side).EnumerateArray().Select(level => (Numbers.Read(level[0]), Numbers.Read(level[1])))))
                return $"the {side} at {sequence} differ from the exchange's";
        }
        return null;
    }

    private async Task<string?> TradesDiffer(string symbol, IReadOnlyList<VenueTrade> theirs)
    {
        if (theirs.Count == 0)
            return null;
        var ours = (await Ask($"v1/instruments/binance:{symbol}/trades?limit={NewestTrades}")).GetProperty("trades").EnumerateArray()
            .Select(Read).Reverse().ToArray();
        if (ours.Length == 0 || !ours.SequenceEqual(theirs.TakeLast(ours.Length)))
            return $"the newest {ours.Length} trades differ: ours end with {ours.LastOrDefault()}, the exchange's with {theirs[^1]}";
        // Of a long run the exchange remembers the end only: the first minute that it knows whole is the first to compare.
        var minutes = VenueTrades.Minutes(theirs).Skip(theirs[0].Id > 1 ? 1 : 0).ToArray();
        return minutes.Length == 0 ? null : CandlesDiffer(minutes, await Candles(symbol, minutes));
    }

    private async Task<IReadOnlyDictionary<DateTimeOffset, Minute>> Candles(string symbol, Minute[] minutes)
    {
        var (from, to) = (Time(minutes[0].OpenTime), Time(minutes[^1].OpenTime.AddMinutes(1)));
        var answer = await Ask($"v1/instruments/binance:{symbol}/candles?interval=1m&from={from}&to={to}");
        return answer.GetProperty("candles").EnumerateArray().Select(ReadCandle).ToDictionary(candle => candle.OpenTime);
    }

    private static string? CandlesDiffer(Minute[] theirs, IReadOnlyDictionary<DateTimeOffset, Minute> ours)
    {
        foreach (var minute in theirs)
            if (ours.GetValueOrDefault(minute.OpenTime) is not { } own)
                return $"there is no candle where the exchange has {minute}";
            else if (own != minute)
                return $"the candle {own} differs from the exchange's {minute}";
        return null;
    }

    private async Task<string?> CountersDiffer()
    {
        var status = await Ask("v1/status");
        var events = status.GetProperty("events");
        var parts = Parts.Sum(name => events.GetProperty(name).GetInt64());
        if (events.GetProperty("in").GetInt64() != parts)
            return $"in is not the sum of the rest: {events}";
        foreach (var (name, count) in new[]
        {
            ("dead letters", status.GetProperty("deadLetters").GetInt64()),
            ("parked keys", status.GetProperty("parked").GetArrayLength()),
            ("open gaps", status.GetProperty("openGaps").GetInt64()),
        })
            if (count != 0)
                return $"there are {count} {name}";
        return null;
    }

    private async Task<JsonElement> Ask(string path)
    {
        using var answer = await api.GetAsync(new Uri(path, UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return body.RootElement.Clone();
    }

    private static VenueTrade Read(JsonElement trade) => new(
        trade.GetProperty("tradeId").GetInt64(),
        Numbers.Read(trade.GetProperty("price")),
        Numbers.Read(trade.GetProperty("quantity")),
        trade.GetProperty("time").GetDateTimeOffset(),
        trade.GetProperty("buyerIsMaker").GetBoolean());

    private static Minute ReadCandle(JsonElement candle)
    {
        decimal Of(string column) => Numbers.Read(candle.GetProperty(column));
        // A minute without trades has no prices.
        return candle.GetProperty("count").GetInt64() is 0
            ? new Minute(candle.GetProperty("openTime").GetDateTimeOffset(), 0, 0, 0, 0, 0, 0, 0, 0, 0)
            : new Minute(
                candle.GetProperty("openTime").GetDateTimeOffset(), Of("open"), Of("high"), Of("low"), Of("close"), Of("volume"),
                Of("quoteVolume"), candle.GetProperty("count").GetInt64(), Of("takerBuyVolume"), Of("takerBuyQuoteVolume"));
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
