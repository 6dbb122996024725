using StreamForge.Sources.Connectors.Binance;
using StreamForge.Sources.Connectors.Kraken;

namespace StreamForge.Sources.Connectors;

/// <summary>A venue, put together: what reads it, and what asks it.</summary>
public sealed class VenueSource
{
    private VenueSource(VenueConnector connector, ISourceGateway gateway)
    {
        Connector = connector;
        Gateway = gateway;
    }

    public VenueConnector Connector { get; }

    /// <summary>For repairs. Not limited: put a governor before it.</summary>
    public ISourceGateway Gateway { get; }

    /// <param name="options">What to read.</param>
    /// <param name="sink">The raw topic.</param>
    /// <param name="govern">
    /// Puts the source's governor before the gateway that the connector itself asks for snapshots after a connect; none to ask
    /// unlimited but for <see cref="ConnectorOptions.ResyncConcurrency"/>.
    /// </param>
    /// <exception cref="ArgumentException">Options are out of range; the message lists all of them.</exception>
    public static VenueSource Create(
        ConnectorOptions options, IRawSink sink, ConnectorServices services, Func<ISourceGateway, ISourceGateway>? govern = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sink);
        ArgumentNullException.ThrowIfNull(services);
        var errors = options.Validate();
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(' ', errors), nameof(options));
        var protocol = VenueProtocol.Create(options);
        var metrics = new ConnectorMetrics(protocol.Source);
        if (protocol is BinanceProtocol binance)
        {
            var rest = new BinanceGateway(
                binance, options, sink, new RestClient(binance.RestRoot, options, services, metrics, binance.Source), services.Time, services.Ids);
            var resync = govern?.Invoke(rest) ?? rest;
            return new VenueSource(new VenueConnector(protocol, options, sink, resync, services, metrics), rest);
        }
        // Kraken sends whole books by itself after every subscription.
        var connector = new VenueConnector(protocol, options, sink, resync: null, services, metrics);
        return new VenueSource(connector, new KrakenGateway(connector));
    }
}
