using StreamForge.Grains.Integrity;
using StreamForge.Silo.Integrity;
using StreamForge.Sources.Connectors;

namespace StreamForge.Standalone.Hosting;

/// <summary>Carries repairs to the connector of the entity's venue; those that run in this process sign in here.</summary>
internal sealed class ConnectorGateway : IRepairGateway
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ISourceGateway> _gateways = new(StringComparer.Ordinal);

    public void SignIn(string venue, ISourceGateway gateway)
    {
        lock (_gate)
            _gateways[venue] = gateway;
    }

    public async Task<RepairOutcome> Ask(RepairRequest request, CancellationToken cancellation)
    {
        var venue = request.Entity[..Math.Max(0, request.Entity.IndexOf(':'))];
        ISourceGateway? gateway;
        lock (_gate)
            _gateways.TryGetValue(venue, out gateway);
        if (gateway is null)
            return new RepairOutcome(false, $"no connector of '{venue}' runs here", TimeSpan.FromSeconds(10));
        var tag = new RepairTag(request.Id, request.TraceParent);
        var outcome = request.Kind switch
        {
            RepairKind.Trades => await gateway.RequestTrades(request.Entity, request.From!.Value, request.To!.Value, tag, cancellation),
            _ => await gateway.RequestDepthSnapshot(request.Entity, tag, cancellation),
        };
        return OutcomeOf(outcome);
    }

    internal static RepairOutcome OutcomeOf(GatewayOutcome outcome) =>
        new(outcome.Answered, outcome.Reason, outcome.RetryAfter, outcome.Unknown);
}
