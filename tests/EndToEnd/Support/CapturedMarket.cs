using System.Globalization;
using System.Text.Json;
using StreamForge.Tests.Support.Recordings;

namespace StreamForge.Tests.EndToEnd.Support;

/// <summary>What a recording itself says is right, read with nothing of the platform.</summary>
internal static class CapturedMarket
{
    /// <summary>
    /// For each diff after the snapshot, by its sequence: the best bid and ask of the newest bookTicker that is not beyond it.
    /// </summary>
    public static SortedDictionary<long, string> BestAfterDiffs(string file)
    {
        var tickers = new SortedDictionary<long, string>();
        var diffs = new List<long>();
        var snapshot = 0L;
        foreach (var message in MarketRecordings.ReadLines(file, "BTCUSDT"))
        {
            using var json = JsonDocument.Parse(message.Body);
            if (json.RootElement.TryGetProperty("lastUpdateId", out var id))
                snapshot = id.GetInt64();
            else if (IsStream(json.RootElement, "@bookTicker", out var ticker))
                tickers[ticker.GetProperty("u").GetInt64()] =
                    $"{Plain(ticker, "b")} x {Plain(ticker, "B")} / {Plain(ticker, "a")} x {Plain(ticker, "A")}";
            else if (IsStream(json.RootElement, "@depth", out var diff))
                diffs.Add(diff.GetProperty("u").GetInt64());
        }
        var bests = new SortedDictionary<long, string>();
        using var ticker2 = tickers.GetEnumerator();
        var more = ticker2.MoveNext();
        string? latest = null;
        foreach (var last in diffs.Where(last => last > snapshot).Order())
        {
            for (; more && ticker2.Current.Key <= last; more = ticker2.MoveNext())
                latest = ticker2.Current.Value;
            if (latest is not null)
                bests[last] = latest;
        }
        return bests;
    }

    /// <summary>Best bid and ask of an answer or event, in the same words.</summary>
    public static string Best(JsonElement item)
    {
        var (bid, ask) = (item.GetProperty("bestBid"), item.GetProperty("bestAsk"));
        return $"{Plain(bid, "price")} x {Plain(bid, "quantity")} / {Plain(ask, "price")} x {Plain(ask, "quantity")}";
    }

    /// <summary>The last sequence of every symbol's depth stream.</summary>
    public static IReadOnlyDictionary<string, long> LastSequences(string file)
    {
        var last = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var message in MarketRecordings.ReadCapture(file))
        {
            using var json = JsonDocument.Parse(message.Body);
            if (IsStream(json.RootElement, "@depth", out var diff))
                last[diff.GetProperty("s").GetString()!] = diff.GetProperty("u").GetInt64();
        }
        return last;
    }

    /// <summary>Trades in the Kraken capture: each frame holds some.</summary>
    public static int KrakenTrades() => MarketRecordings.ReadCapture(MarketRecordings.KrakenTrades)
        .Select(message => JsonElement.Parse(message.Body))
        .Where(frame => frame.ValueKind == JsonValueKind.Array)
        .Sum(frame => frame[1].GetArrayLength());

    /// <summary>The exchange's own bars of the five full minutes, one text each.</summary>
    public static string[] Klines() =>
    [
        .. File.ReadLines(SharedData.Path("market/binance-usdm-btcusdt/klines-1m-binance-um.csv"))
            .Skip(1)
            .Select(line => line.Split(','))
            .Where(columns => long.Parse(columns[0], CultureInfo.InvariantCulture) is >= 1_723_161_300_000 and < 1_723_161_600_000)
            .Select(c => string.Join(',', new[] { c[1], c[2], c[3], c[4], c[5], c[7], c[8], c[9], c[10] }.Select(Plain))),
    ];

    /// <summary>A number without the zeros at its end, so that 1.50 and 1.5 are the same text.</summary>
    public static string Plain(string number) =>
        decimal.Parse(number, CultureInfo.InvariantCulture).ToString("0.############################", CultureInfo.InvariantCulture);

    public static string Plain(JsonElement number) =>
        Plain(number.ValueKind == JsonValueKind.String ? number.GetString()! : number.GetRawText());

    private static string Plain(JsonElement item, string name) => Plain(item.GetProperty(name));

    /// <summary>
    /// Copies a recording of Binance up to the last diff that no <c>bookTicker</c> before it is ahead of. A cut beyond would end
    /// with the announcement of a diff that never comes, which is a gap for ever.
    /// </summary>
    /// <returns>The copy's path.</returns>
    public static string CutAtWholeBook(string file, string symbol, string folder)
    {
        var lines = new List<string>();
        var (whole, newest) = (0, 0L);
        foreach (var message in MarketRecordings.ReadLines(file, symbol))
        {
            lines.Add(FormattableString.Invariant($"{message.ReceivedAt} {System.Text.Encoding.UTF8.GetString(message.Body)}"));
            using var json = JsonDocument.Parse(message.Body);
            if (IsStream(json.RootElement, "@bookTicker", out var ticker))
                newest = Math.Max(newest, ticker.GetProperty("u").GetInt64());
            else if (IsStream(json.RootElement, "@depth", out var diff) && diff.GetProperty("u").GetInt64() >= newest)
                whole = lines.Count;
        }
        var path = Path.Combine(folder, "whole.jsonl");
        File.WriteAllLines(path, lines.Take(whole));
        return path;
    }

    private static bool IsStream(JsonElement frame, string stream, out JsonElement data)
    {
        data = default;
        return frame.TryGetProperty("stream", out var name)
            && name.GetString()!.Contains(stream, StringComparison.Ordinal)
            && frame.TryGetProperty("data", out data);
    }
}
