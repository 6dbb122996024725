using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Playback;
using StreamForge.Sources.Exchange.Wire;

namespace StreamForge.Sources.Exchange;

/// <summary>How the exchange stands, for <c>GET /sim/status</c>.</summary>
public sealed record ExchangeStatus
{
    /// <summary><c>binance</c>, <c>binance-usdm</c> or <c>kraken</c>.</summary>
    public required string Venue { get; init; }

    public required PlaybackProgress Playback { get; init; }

    /// <summary>What was done wrong so far; the entries are at <c>GET /sim/faults</c>.</summary>
    public required FaultCounts Faults { get; init; }

    public required RestStatus Rest { get; init; }

    /// <summary>Those connected now.</summary>
    public required IReadOnlyList<ConnectionStatus> Connections { get; init; }

    /// <summary>Connections ever accepted.</summary>
    public required long ConnectionsAccepted { get; init; }

    /// <summary>Lines of the recording that could not be used.</summary>
    public required long BadLines { get; init; }

    /// <summary>The first of them, each as <c>file:line: reason</c>.</summary>
    public required IReadOnlyList<string> FirstBadLines { get; init; }
}

/// <summary>One subscriber.</summary>
/// <param name="Id">Number of the connection, from 1.</param>
/// <param name="Sent">Messages handed to its socket.</param>
/// <param name="Streams">What it subscribed to.</param>
public sealed record ConnectionStatus(long Id, long Sent, IReadOnlyCollection<string> Streams);
