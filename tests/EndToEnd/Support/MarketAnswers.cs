using System.Globalization;
using System.Text.Json;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>All that the client API says of one instrument, as text, so that two runs can be compared.</summary>
/// <param name="Book">Full depth: best levels first, bids before asks.</param>
/// <param name="Trades">The trades that are kept, newest first.</param>
/// <param name="Candles">Minutes, all columns.</param>
internal sealed record MarketAnswers(string Book, string Trades, string Candles)
{
    /// <summary>Reads over HTTP, as a client would.</summary>
    /// <param name="from">First minute of the candles, RFC 3339.</param>
    /// <param name="to">After the last one.</param>
    public static async Task<MarketAnswers> Read(HttpClient http, string instrument, string from, string to)
    {
        var path = $"/v1/instruments/{instrument}";
        var book = await Get(http, $"{path}/book?depth=5000");
        var trades = await Get(http, $"{path}/trades?limit=1000");
        var candles = await Get(http, $"{path}/candles?interval=1m&from={from}&to={to}");
        return new MarketAnswers(
            $"{Rows(book, "bids", "price", "quantity")}|{Rows(book, "asks", "price", "quantity")}",
            Rows(trades, "trades", "tradeId", "price", "quantity", "time", "buyerIsMaker"),
            Rows(
                candles, "candles", "openTime", "open", "high", "low", "close", "volume", "quoteVolume", "count",
                "takerBuyVolume", "takerBuyQuoteVolume"));
    }

    /// <summary>Fails with the first row in which the other answers differ from these: all of them would fill thousands of lines.</summary>
    public void AssertSame(MarketAnswers other, bool bookOnly = false)
    {
        AssertSame(nameof(Book), Book, other.Book);
        if (bookOnly)
            return;
        AssertSame(nameof(Trades), Trades, other.Trades);
        AssertSame(nameof(Candles), Candles, other.Candles);
    }

    private static void AssertSame(string what, string expected, string actual)
    {
        var (wanted, got) = (expected.Split('\n'), actual.Split('\n'));
        var at = wanted.Zip(got).TakeWhile(rows => rows.First == rows.Second).Count();
        if (at < Math.Max(wanted.Length, got.Length))
            Assert.Fail(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}, row {at + 1} of {wanted.Length}: expected {wanted.ElementAtOrDefault(at) ?? "no more"}, found {got.ElementAtOrDefault(at) ?? "no more"} of {got.Length} rows."));
    }

    private static string Rows(JsonElement answer, string list, params string[] columns) => string.Join(
        '\n',
        answer.GetProperty(list).EnumerateArray().Select(row => string.Join(',', columns.Select(column => Text(row, column)))));

    private static string Text(JsonElement row, string column) =>
        row.TryGetProperty(column, out var value) ? value.ToString() : "-";

    private static async Task<JsonElement> Get(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {body}");
        return JsonDocument.Parse(body).RootElement.Clone();
    }
}
