using System.Globalization;
using System.Text.Json;

namespace StreamForge.Drills.Checking;

/// <summary>A trade as the exchange itself tells it.</summary>
internal sealed record VenueTrade(long Id, decimal Price, decimal Quantity, DateTimeOffset Time, bool BuyerIsMaker);

/// <summary>A minute of trades, in the columns that candles have.</summary>
internal sealed record Minute(
    DateTimeOffset OpenTime, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, decimal QuoteVolume, long Count,
    decimal TakerBuyVolume, decimal TakerBuyQuoteVolume)
{
    public static Minute Of(DateTimeOffset openTime, IReadOnlyList<VenueTrade> trades)
    {
        var taken = trades.Where(trade => !trade.BuyerIsMaker).ToArray();
        return new Minute(
            openTime,
            trades[0].Price,
            trades.Max(trade => trade.Price),
            trades.Min(trade => trade.Price),
            trades[^1].Price,
            trades.Sum(trade => trade.Quantity),
            trades.Sum(trade => trade.Price * trade.Quantity),
            trades.Count,
            taken.Sum(trade => trade.Quantity),
            taken.Sum(trade => trade.Price * trade.Quantity));
    }
}

/// <summary>All trades that the exchange remembers of an instrument, asked for as a client would.</summary>
internal static class VenueTrades
{
    private const int Page = 1000;

    /// <returns>In order of their ids.</returns>
    public static async Task<IReadOnlyList<VenueTrade>> Read(HttpClient venue, string symbol)
    {
        var all = new List<VenueTrade>();
        while (true)
        {
            var from = all.Count == 0 ? 0 : all[^1].Id + 1;
            var path = string.Create(CultureInfo.InvariantCulture, $"api/v3/historicalTrades?symbol={symbol}&fromId={from}&limit={Page}");
            using var page = JsonDocument.Parse(await venue.GetStringAsync(new Uri(path, UriKind.Relative)));
            all.AddRange(page.RootElement.EnumerateArray().Select(Read));
            if (page.RootElement.GetArrayLength() < Page)
                return all;
        }
    }

    /// <summary>The minutes that have trades.</summary>
    public static IEnumerable<Minute> Minutes(IReadOnlyList<VenueTrade> trades) => trades
        .GroupBy(trade => trade.Time.AddTicks(-(trade.Time.Ticks % TimeSpan.TicksPerMinute)))
        .OrderBy(minute => minute.Key)
        .Select(minute => Minute.Of(minute.Key, [.. minute]));

    private static VenueTrade Read(JsonElement trade) => new(
        trade.GetProperty("id").GetInt64(),
        Numbers.Read(trade.GetProperty("price")),
        Numbers.Read(trade.GetProperty("qty")),
        DateTimeOffset.FromUnixTimeMilliseconds(trade.GetProperty("time").GetInt64()),
        trade.GetProperty("isBuyerMaker").GetBoolean());
}

/// <summary>Numbers that may be texts.</summary>
internal static class Numbers
{
    public static decimal Read(JsonElement number) => decimal.Parse(
        number.ValueKind == JsonValueKind.String ? number.GetString()! : number.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture);
}
