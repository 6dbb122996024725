namespace StreamForge.Sources.Connectors.Kraken;

/// <summary>Kraken gives a whole book by the stream, after a new subscription to it; its trades have no ids to ask by.</summary>
internal sealed class KrakenGateway(VenueConnector connector) : ISourceGateway
{
    public Task<GatewayOutcome> RequestDepthSnapshot(string instrument, RepairTag? repair, CancellationToken cancellation) =>
        connector.ConnectionOf(instrument, out var symbol) is { } connection
            ? connection.Resubscribe(symbol!, repair, cancellation)
            : Task.FromResult(GatewayOutcome.Failed($"{instrument} is not read"));

    public Task<GatewayOutcome> RequestTrades(
        string instrument, long fromId, long toId, RepairTag? repair, CancellationToken cancellation) =>
        Task.FromResult(GatewayOutcome.Failed("the venue's trades have no ids"));

    public Task<GatewayOutcome> RequestNewestTrade(string instrument, CancellationToken cancellation) =>
        Task.FromResult(GatewayOutcome.Done);
}
