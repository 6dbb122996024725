namespace StreamForge.Sources.Connectors.Binance;

internal enum BinanceMarket
{
    Spot = 0,
    UsdM = 1,
}

/// <summary>Binance, spot or USD-M futures: addresses, names of streams, limits of requests.</summary>
/// <remarks>Source: Binance API documentation, "WebSocket Market Streams" and "Market Data endpoints".</remarks>
internal sealed class BinanceProtocol : VenueProtocol
{
    private readonly ConnectorOptions _options;
    private readonly BinanceMarket _market;

    public BinanceProtocol(ConnectorOptions options, BinanceMarket market)
    {
        _options = options;
        _market = market;
        var root = options.WebSocketBase
            ?? new Uri(market == BinanceMarket.Spot ? "wss://stream.binance.com:9443" : "wss://fstream.binance.com");
        SocketAddress = Below(root, "stream");
        RestRoot = Below(
            options.RestBase ?? new Uri(market == BinanceMarket.Spot ? "https://api.binance.com" : "https://fapi.binance.com"),
            market == BinanceMarket.Spot ? "api/v3/" : "fapi/v1/");
    }

    public override string Source => _market == BinanceMarket.Spot ? "binance" : "binance-usdm";

    public override Uri SocketAddress { get; }

    /// <summary>What the names of REST requests are relative to.</summary>
    public Uri RestRoot { get; }

    /// <summary>Levels of a snapshot.</summary>
    public int SnapshotDepth => _options.SnapshotDepth ?? (_market == BinanceMarket.Spot ? 5000 : 1000);

    /// <summary>Trades of one answer at most.</summary>
    public int TradesPerPage => _market == BinanceMarket.UsdM && !_options.AggregateTrades ? 500 : 1000;

    public override VenueSymbol SymbolOf(string name)
    {
        var symbol = name.ToUpperInvariant();
        return new VenueSymbol(symbol, $"{Source}:{symbol}");
    }

    public override IVenueDialogue Open(IReadOnlyList<VenueSymbol> symbols) =>
        new BinanceDialogue(symbols, symbols.SelectMany(StreamsOf));

    private IEnumerable<string> StreamsOf(VenueSymbol symbol)
    {
        var prefix = symbol.Name.ToLowerInvariant();
        yield return $"{prefix}@depth@{_options.DepthSpeed}";
        yield return _options.AggregateTrades ? $"{prefix}@aggTrade" : $"{prefix}@trade";
        if (_options.BookTicker)
            yield return $"{prefix}@bookTicker";
    }

    private static Uri Below(Uri root, string path) =>
        new(root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/"), path);
}
