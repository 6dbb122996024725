namespace StreamForge.Sources.Exchange.Market;

/// <summary>What a stream is about, across venues.</summary>
public enum StreamFamily
{
    Other = 0,

    /// <summary>Changes of the book.</summary>
    Depth = 1,

    /// <summary>Trades, single or aggregated.</summary>
    Trade = 2,

    /// <summary>Best bid and ask.</summary>
    Ticker = 3,
}

/// <summary>One stream of one symbol. There is one object for each stream of an exchange: compared by reference.</summary>
public sealed class StreamKey
{
    internal StreamKey(string name, string symbol, string kind)
    {
        Name = name;
        Symbol = symbol;
        Kind = kind;
        Family = kind switch
        {
            "depth" or "book" => StreamFamily.Depth,
            "trade" or "aggTrade" => StreamFamily.Trade,
            "bookTicker" or "ticker" => StreamFamily.Ticker,
            _ => StreamFamily.Other,
        };
    }

    /// <summary><c>btcusdt@depth</c>; Kraken: <c>XBT/USD@book</c>. Without the speed.</summary>
    public string Name { get; }

    /// <summary><c>BTCUSDT</c>; Kraken: <c>XBT/USD</c>.</summary>
    public string Symbol { get; }

    /// <summary>The venue's word: <c>depth</c>, <c>trade</c>, <c>aggTrade</c>, <c>bookTicker</c>, <c>kline_1m</c>, <c>book</c>.</summary>
    public string Kind { get; }

    public StreamFamily Family { get; }

    public override string ToString() => Name;
}
