using System.Text;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>One instrument of a generated market: its book, its counters and the fixed bytes of its frames.</summary>
internal sealed class GeneratedInstrument
{
    public GeneratedInstrument(int number, StreamCatalog catalog, Random random, GeneratorOptions options)
    {
        Symbol = $"SYM{number:D4}USDT";
        SymbolBytes = Encoding.UTF8.GetBytes(Symbol);
        Book = new GeneratedBook(random, options.Levels);
        UpdateId = random.Next(1_000_000, 2_000_000);
        TradeId = random.Next(1_000_000, 2_000_000);
        Trades = new TradeHistory(options.TradeHistory);
        Depth = new StreamHead(catalog, Symbol, "depth");
        Trade = new StreamHead(catalog, Symbol, "trade");
        Ticker = new StreamHead(catalog, Symbol, "bookTicker");
    }

    public string Symbol { get; }

    public byte[] SymbolBytes { get; }

    public GeneratedBook Book { get; }

    public TradeHistory Trades { get; }

    /// <summary><c>u</c> of the last diff.</summary>
    public long UpdateId { get; set; }

    /// <summary>The id of the last trade.</summary>
    public long TradeId { get; set; }

    public StreamHead Depth { get; }

    public StreamHead Trade { get; }

    public StreamHead Ticker { get; }
}

/// <summary>A stream and the bytes that its combined frames begin with.</summary>
internal sealed class StreamHead(StreamCatalog catalog, string symbol, string kind)
{
    public StreamKey Key { get; } = catalog.OfBinance($"{symbol.ToLowerInvariant()}@{kind}")!;

    public byte[] Bytes { get; } = Encoding.UTF8.GetBytes($"{{\"stream\":\"{symbol.ToLowerInvariant()}@{kind}\",\"data\":");
}
