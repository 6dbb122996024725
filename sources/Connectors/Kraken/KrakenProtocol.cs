using System.Text;

namespace StreamForge.Sources.Connectors.Kraken;

/// <summary>Kraken's WebSocket API, version 1.</summary>
/// <remarks>Source: Kraken, "WebSockets API 1.9": book, trade, subscriptionStatus, ping.</remarks>
internal sealed class KrakenProtocol : VenueProtocol
{
    private const int MaxDepth = 1000;
    private readonly int _depth;

    public KrakenProtocol(ConnectorOptions options)
    {
        _depth = options.SnapshotDepth ?? MaxDepth;
        SocketAddress = options.WebSocketBase ?? new Uri("wss://ws.kraken.com");
    }

    public override string Source => "kraken";

    public override Uri SocketAddress { get; }

    public override VenueSymbol SymbolOf(string name)
    {
        var pair = name.ToUpperInvariant().Replace('-', '/');
        return new VenueSymbol(pair, $"{Source}:{pair.Replace('/', '-')}");
    }

    public override IVenueDialogue Open(IReadOnlyList<VenueSymbol> symbols) => new KrakenDialogue(symbols, _depth);

    /// <summary>A command about pairs and one channel.</summary>
    public static ReadOnlyMemory<byte> Command(string verb, IEnumerable<VenueSymbol> symbols, string subscription) =>
        Encoding.UTF8.GetBytes(
            $$"""{"event":"{{verb}}","pair":[{{string.Join(',', symbols.Select(s => $"\"{s.Name}\""))}}],"subscription":{{subscription}}}""");
}
