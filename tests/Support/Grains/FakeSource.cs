using System.Collections.Concurrent;
using StreamForge.Grains.Integrity;

namespace StreamForge.Tests.Support.Grains;

/// <summary>The outside of the grains: a source that notes what it is asked, feeds that stand well, counters.</summary>
public sealed class FakeSource : IRepairPort, IFeedStandings, IIntegrityMeter
{
    public ConcurrentQueue<RepairRequest> Requests { get; } = [];

    public ConcurrentQueue<string> Metered { get; } = [];

    /// <summary>Entities whose source is down.</summary>
    public ConcurrentDictionary<string, bool> Down { get; } = [];

    public Task<RepairOutcome> Request(RepairRequest request, CancellationToken cancellation)
    {
        Requests.Enqueue(request);
        return Task.FromResult(new RepairOutcome(true));
    }

    /// <summary>What pumps say that they have delivered, by topic and key.</summary>
    public ConcurrentDictionary<(string Topic, string Key), FeedDelivery> Delivered { get; } = [];

    public FeedStanding Of(string topic, int? partition, string key, string source) =>
        new(TimeProvider.System.GetUtcNow(), !Down.ContainsKey(key), false, false, null,
            Delivered: Delivered.TryGetValue((topic, key), out var delivered) ? delivered : null);

    /// <summary>How the feeds of stored rows stand, by topic and key, where they do not stand well.</summary>
    public ConcurrentDictionary<(string Topic, string Key), FeedStanding> Stored { get; } = [];

    public FeedStanding OfStored(string topic, string key, string source) =>
        Stored.TryGetValue((topic, key), out var standing) ? standing : Of(topic, null, key, source);

    public void GapOpened(string entity, string stream) => Metered.Enqueue($"opened {entity} {stream}");

    public void GapClosed(string entity, string stream, TimeSpan open) => Metered.Enqueue($"closed {entity} {stream}");

    /// <summary>Open gaps of active grains, by entity and stream.</summary>
    public ConcurrentDictionary<(string Entity, string Stream), DateTimeOffset> Standing { get; } = [];

    public void GapStands(string entity, string stream, DateTimeOffset? since)
    {
        if (since is { } opened)
            Standing[(entity, stream)] = opened;
        else
            Standing.TryRemove((entity, stream), out _);
    }

    public void RepairRequested(string entity, RepairKind kind) => Metered.Enqueue($"requested {entity} {kind}");

    public void RepairFailed(string entity, RepairKind kind) => Metered.Enqueue($"failed {entity} {kind}");
}
