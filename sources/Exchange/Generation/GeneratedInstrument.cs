using System.Text;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>One instrument of a generated market: its book, its counters and the fixed bytes of its frames.</summary>
internal sealed class GeneratedInstrument
{
    /// <summary>A new one.</summary>
    /// <param name="above">Its counters begin above those of the instrument of the same number that was there before.</param>
    public GeneratedInstrument(
        int number, StreamCatalog catalog, GeneratorOptions options, MarketRandom random, InstrumentCounters above)
        : this(number, catalog, options, new GeneratedBook(random, options.Levels))
    {
        // Just above: whoever followed the former one misses nothing in between.
        var (updates, trades) = (random.Next(1_000_000, 2_000_000), random.Next(1_000_000, 2_000_000));
        (UpdateId, TradeId) = above == default ? (updates, trades) : (above.UpdateId + 1, above.TradeId);
    }

    /// <summary>One as <see cref="Write"/> wrote it.</summary>
    public GeneratedInstrument(int number, StreamCatalog catalog, GeneratorOptions options, BinaryReader reader)
        : this(number, catalog, options, new GeneratedBook(reader)) =>
        (UpdateId, TradeId) = (reader.Read7BitEncodedInt64(), reader.Read7BitEncodedInt64());

    private GeneratedInstrument(int number, StreamCatalog catalog, GeneratorOptions options, GeneratedBook book)
    {
        Book = book;
        Symbol = $"SYM{number:D4}USDT";
        SymbolBytes = Encoding.UTF8.GetBytes(Symbol);
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

    public InstrumentCounters Counters => new(UpdateId, TradeId);

    /// <summary>Book and counters. Its trades are made again by those who go on from an earlier state.</summary>
    public void Write(BinaryWriter writer)
    {
        Book.Write(writer);
        writer.Write7BitEncodedInt64(UpdateId);
        writer.Write7BitEncodedInt64(TradeId);
    }
}

/// <summary>How far an instrument's sequences are.</summary>
internal readonly record struct InstrumentCounters(long UpdateId, long TradeId);

/// <summary>A stream and the bytes that its combined frames begin with.</summary>
internal sealed class StreamHead(StreamCatalog catalog, string symbol, string kind)
{
    public StreamKey Key { get; } = catalog.OfBinance($"{symbol.ToLowerInvariant()}@{kind}")!;

    public byte[] Bytes { get; } = Encoding.UTF8.GetBytes($"{{\"stream\":\"{symbol.ToLowerInvariant()}@{kind}\",\"data\":");
}
