using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Standalone.Cluster;

/// <summary>
/// Takes repairs from the desks of the venues that this process has links to, asks the venues, and says how it ended. Who asked holds
/// the permit, so there is no limit here.
/// </summary>
internal sealed partial class DeskWorker(
    IGrainFactory grains, IReadOnlyList<string> venues, ConnectorGateway gateways, TimeProvider time, ILogger<DeskWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(venues.Select(venue => Serve(venue, stoppingToken)));

    private async Task Serve(string venue, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var desk = grains.GetGrain<ISourceDeskGrain>(venue);
                foreach (var request in await desk.Take(Wait).AsTask().WaitAsync(stopping))
                    _ = Carry(desk, request, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // The desk moves, or its silo is gone: it is found again.
                NoDesk(logger, venue, error.Message);
                await Task.Delay(Wait, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Carry(ISourceDeskGrain desk, DeskRequest request, CancellationToken stopping)
    {
        try
        {
            await desk.Settle(request.Id, Written(await gateways.Ask(Read(request), stopping)));
        }
        catch (Exception error)
        {
            // Who asked learns by its own time-out that nobody knows how it ended.
            NotSettled(logger, request.Entity, error.Message);
        }
    }

    private static RepairRequest Read(DeskRequest request) => new()
    {
        Id = request.Id,
        Entity = request.Entity,
        Kind = request.FromTrade is null ? RepairKind.DepthSnapshot : RepairKind.Trades,
        From = request.FromTrade,
        To = request.ToTrade,
        TraceParent = request.TraceParent,
    };

    private static DeskOutcome Written(RepairOutcome outcome) => new()
    {
        Answered = outcome.Answered,
        Reason = outcome.Reason,
        RetryAfter = outcome.RetryAfter,
        Unknown = outcome.Unknown,
    };

    [LoggerMessage(1, LogLevel.Warning, "No repairs of {Venue} are taken for now: {Reason}")]
    private static partial void NoDesk(ILogger logger, string venue, string reason);

    [LoggerMessage(2, LogLevel.Warning, "How the repair of {Entity} ended could not be said: {Reason}")]
    private static partial void NotSettled(ILogger logger, string entity, string reason);
}
