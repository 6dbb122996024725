using StreamForge.Sources.Connectors.Binance;
using StreamForge.Sources.Connectors.Kraken;

namespace StreamForge.Sources.Connectors;

/// <summary>What a connector must know of a venue: addresses, spellings and the talk on a connection.</summary>
internal abstract class VenueProtocol
{
    private static readonly string[] Names = ["binance", "binance-usdm", "kraken"];

    /// <summary>The venue, as in the header <c>source</c>.</summary>
    public abstract string Source { get; }

    public abstract Uri SocketAddress { get; }

    /// <summary>The symbol of a name as a user writes it.</summary>
    public abstract VenueSymbol SymbolOf(string name);

    /// <summary>A new connection's talk about some symbols.</summary>
    public abstract IVenueDialogue Open(IReadOnlyList<VenueSymbol> symbols);

    public static IReadOnlyList<string> NamesOf() => Names;

    /// <summary>The protocol of <see cref="ConnectorOptions.Venue"/>.</summary>
    public static VenueProtocol Create(ConnectorOptions options) => options.Venue switch
    {
        "binance" => new BinanceProtocol(options, BinanceMarket.Spot),
        "binance-usdm" => new BinanceProtocol(options, BinanceMarket.UsdM),
        "kraken" => new KrakenProtocol(options),
        _ => throw new ArgumentException($"Venue '{options.Venue}' is not known.", nameof(options)),
    };
}

/// <summary>The talk on one connection: what to say, and what the venue's words mean. Not for use by several threads at once.</summary>
internal interface IVenueDialogue
{
    /// <summary>What to say first: the subscriptions.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Opening();

    /// <summary>A question that the venue answers; the answer comes back as <see cref="FrameKind.Pong"/> with the same id.</summary>
    ReadOnlyMemory<byte> Ping(long id);

    /// <summary>What a frame is. Whatever the bytes hold, it answers.</summary>
    FrameReading Read(ReadOnlySpan<byte> frame);

    /// <summary>What is not confirmed yet; none when all subscriptions are.</summary>
    string? Missing { get; }

    /// <summary>What to say to get a new book by the stream; none where the venue has another way.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> Resubscribe(VenueSymbol symbol);
}

internal enum FrameKind
{
    /// <summary>For the raw topic.</summary>
    Data = 0,

    /// <summary>For the raw topic, and a whole book asked for by resubscribing may be in it.</summary>
    Book = 1,

    /// <summary>An answer to one of our own commands: not for the raw topic.</summary>
    Answer = 2,

    /// <summary>The answer to a ping.</summary>
    Pong = 3,
}

/// <summary>What a frame is.</summary>
/// <param name="Symbol">Whose it is, where that can be told at a glance.</param>
/// <param name="PingId">Of a pong.</param>
/// <param name="Refusal">What the venue refused, for a person.</param>
internal readonly record struct FrameReading(
    FrameKind Kind, VenueSymbol? Symbol = null, long PingId = 0, string? Refusal = null);
