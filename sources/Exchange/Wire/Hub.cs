using System.Collections.Immutable;
using StreamForge.Sources.Exchange.Market;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>All who are connected. Frames go to those who subscribed to their stream.</summary>
internal sealed class Hub
{
    private ImmutableArray<Session> _sessions = [];

    /// <summary>Somebody came, left or changed subscriptions.</summary>
    public Signal Changed { get; } = new();

    public ImmutableArray<Session> Sessions => _sessions;

    public void Add(Session session)
    {
        ImmutableInterlocked.Update(ref _sessions, static (all, one) => all.Add(one), session);
        Changed.Raise();
    }

    public void Remove(Session session)
    {
        ImmutableInterlocked.Update(ref _sessions, static (all, one) => all.Remove(one), session);
        Changed.Raise();
    }

    public bool HasSubscriber(StreamKey stream)
    {
        foreach (var session in _sessions)
        {
            if (session.IsSubscribed(stream))
                return true;
        }

        return false;
    }

    /// <summary>Queues a frame to all who want it; waits for the slowest.</summary>
    public async ValueTask PublishAsync(MarketFrame frame, long number, CancellationToken cancellation)
    {
        foreach (var session in _sessions)
        {
            await session.RoomAsync(cancellation);
            if (session.Wants(frame, number, out var bytes))
                session.Send(bytes);
        }
    }

    /// <summary>Does something to all who subscribed to a stream.</summary>
    public void ForSubscribers(StreamKey stream, Action<Session> act)
    {
        foreach (var session in _sessions)
        {
            if (session.IsSubscribed(stream))
                act(session);
        }
    }

    /// <summary>Waits until all that was published is written to the sockets.</summary>
    public Task FlushAsync(CancellationToken cancellation) =>
        Task.WhenAll(_sessions.Select(session => session.FlushAsync(cancellation)));
}
