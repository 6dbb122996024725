using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace StreamForge.Sources.Connectors;

/// <summary>
/// After each connect: asks for every symbol's book and newest trade, a few at a time, so that what was missed while the link was down
/// shows. Until each has answered, or the grace is over, the link does not count as up; after that it does not for those that have not.
/// </summary>
internal sealed class Resync(
    ISourceGateway? gateway, IReadOnlyList<VenueSymbol> symbols, ConnectorOptions options, ConnectorServices services)
{
    private ImmutableHashSet<string> _unasked = [];
    private long _begunAt;

    /// <summary>What is missing; none when the link may count as up.</summary>
    public string? Missing =>
        Unasked is { Count: > 0 and var left } && services.Time.GetElapsedTime(Volatile.Read(ref _begunAt)) < options.ResyncGrace
            ? $"{left} symbols are still to be asked for after the connect"
            : null;

    /// <summary>The instruments that have not answered yet.</summary>
    public ImmutableHashSet<string> Unasked => Volatile.Read(ref _unasked);

    /// <summary>A connection stands: all is to be asked for.</summary>
    public void Begin()
    {
        Volatile.Write(ref _begunAt, services.Time.GetTimestamp());
        Volatile.Write(ref _unasked, gateway is null ? [] : [.. symbols.Select(symbol => symbol.Instrument)]);
    }

    /// <summary>Asks for all symbols; repeats what failed for as long as the connection lives.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        if (gateway is null)
            return;
        await Parallel.ForEachAsync(
            symbols,
            new ParallelOptions { MaxDegreeOfParallelism = options.ResyncConcurrency, CancellationToken = cancellation },
            async (symbol, token) =>
            {
                await Insist(symbol, () => gateway.RequestDepthSnapshot(symbol.Instrument, null, token), token);
                // On the first connect too: an earlier process may have died with trades that it had not stored yet.
                await Insist(symbol, () => gateway.RequestNewestTrade(symbol.Instrument, token), token);
                ImmutableInterlocked.Update(ref _unasked, static (unasked, asked) => unasked.Remove(asked), symbol.Instrument);
            });
    }

    private async Task Insist(VenueSymbol symbol, Func<Task<GatewayOutcome>> ask, CancellationToken cancellation)
    {
        var backoff = new Backoff(options.RetryBase, options.RetryMax, services.Ids.NextDouble);
        while (await ask() is { Answered: false } outcome)
        {
            cancellation.ThrowIfCancellationRequested();
            var pause = backoff.Next();
            if (outcome.RetryAfter > pause)
                pause = outcome.RetryAfter.Value;
            Log.ResyncFailed(services.Log, symbol.Instrument, outcome.Reason, pause);
            await Task.Delay(pause, services.Time, cancellation);
        }
    }
}
