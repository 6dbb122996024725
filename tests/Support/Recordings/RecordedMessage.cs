using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace StreamForge.Tests.Support.Recordings;

/// <summary>A message of a recording.</summary>
/// <param name="ReceivedAt">Unix nanoseconds, by the recorder's clock.</param>
/// <param name="Body">The bytes exactly as received.</param>
/// <param name="Symbol">Of a REST depth snapshot: whose it is; none for a frame of the stream.</param>
public sealed record RecordedMessage(long ReceivedAt, byte[] Body, string? Symbol);

/// <summary>Readers of the two kinds of recordings in shared/data.</summary>
public static class MarketRecordings
{
    public const string UsdM = "market/binance-usdm-btcusdt/btcusdt_20240808.gz";
    public const string Spot = "market/binance-spot-btcusdt/cut-first-130s-btcusdt.jsonl.gz";
    public const string FamilyFrames = "market/binance-futures-family/BINANCE_FUTURES.ws.1.0";
    public const string FamilySnapshots = "market/binance-futures-family/BINANCE_FUTURES.http.0.0";
    public const string KrakenBook = "market/kraken/KRAKEN.ws.50.0";
    public const string KrakenTrades = "market/kraken/KRAKEN.ws.48.0";
    public const string KrakenTickers = "market/kraken/KRAKEN.ws.49.0";

    /// <summary>Lines <c>ns json</c>; the one line that is no stream is the snapshot of <paramref name="symbol"/>.</summary>
    public static IEnumerable<RecordedMessage> ReadLines(string file, string symbol)
    {
        foreach (var line in Lines(SharedData.Path(file)))
        {
            var blank = line.IndexOf(' ', StringComparison.Ordinal);
            var body = line[(blank + 1)..];
            var isSnapshot = body.StartsWith("{\"lastUpdateId\"", StringComparison.Ordinal);
            yield return new RecordedMessage(
                long.Parse(line.AsSpan(0, blank), CultureInfo.InvariantCulture),
                Encoding.UTF8.GetBytes(body),
                isSnapshot ? symbol : null);
        }
    }

    /// <summary>Lines <c>seconds: json</c>, and <c>url -> seconds: json</c> of REST; lines of the recorder itself are passed over.</summary>
    public static IEnumerable<RecordedMessage> ReadCapture(string file)
    {
        foreach (var line in Lines(SharedData.Path(file)))
        {
            const string Answer = " -> ";
            var json = line.IndexOf(": ", StringComparison.Ordinal);
            var answer = line.IndexOf(Answer, StringComparison.Ordinal);
            var isAnswer = answer >= 0 && answer < json;
            var at = isAnswer ? line[(answer + Answer.Length)..json] : json < 0 ? "" : line[..json];
            if (!decimal.TryParse(at, CultureInfo.InvariantCulture, out var seconds))
                continue;
            yield return new RecordedMessage(
                (long)(seconds * 1_000_000_000m),
                Encoding.UTF8.GetBytes(line[(json + 2)..]),
                isAnswer ? SymbolOf(line[..answer]) : null);
        }
    }

    private static string SymbolOf(string url)
    {
        var from = url.IndexOf("symbol=", StringComparison.Ordinal) + "symbol=".Length;
        var to = url.IndexOf('&', from);
        return to < 0 ? url[from..] : url[from..to];
    }

    private static IEnumerable<string> Lines(string path)
    {
        using Stream file = File.OpenRead(path);
        using var content = path.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(file, CompressionMode.Decompress)
            : file;
        using var reader = new StreamReader(content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        while (reader.ReadLine() is { } line)
            if (line.Length > 0)
                yield return line;
    }
}
