using StreamForge.Embedded.Simulation;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Market;

/// <summary>What comes over a link: a frame, the answer to a ping, or the end.</summary>
internal readonly record struct LinkSign(byte[]? Frame, string? Instrument, long PingId, string? Closed, TimeSpan SentAt = default);

/// <summary>
/// One connection between the venue and whoever listens: what is sent arrives in order and a little later. It can fall silent, and
/// then brings all of it later, or nothing where it is closed before.
/// </summary>
internal sealed class VenueLink(SimulatedWorld world, Weather weather, Reach reach)
{
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);
    private readonly Queue<(TimeSpan Due, LinkSign Sign)> _wire = new();
    private readonly Queue<LinkSign> _inbox = new();
    private TaskCompletionSource? _wake;
    private ITimer? _timer;
    private TimeSpan _lastDue;

    public bool IsClosed { get; private set; }

    /// <summary>The venue sends something.</summary>
    public void Send(LinkSign sign)
    {
        if (IsClosed)
            return;
        var due = world.Elapsed + (world.Random.Next(3) == 0 ? world.Chance(Latency) : TimeSpan.Zero);
        _lastDue = due > _lastDue ? due : _lastDue;
        _wire.Enqueue((_lastDue, sign with { SentAt = world.Elapsed }));
        Arrive();
    }

    /// <summary>The listener asks; the venue answers behind all that it sent before.</summary>
    public void Ping(long id) => Send(new LinkSign(null, null, id, null));

    public void Close(string reason)
    {
        if (IsClosed)
            return;
        IsClosed = true;
        _wire.Clear();
        _timer?.Dispose();
        _inbox.Enqueue(new LinkSign(null, null, 0, reason));
        _wake?.TrySetResult();
    }

    /// <summary>What comes next.</summary>
    public async Task<LinkSign> Next()
    {
        while (_inbox.Count == 0)
        {
            _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _wake.Task;
        }

        return _inbox.Dequeue();
    }

    private void Arrive()
    {
        var silent = weather.Of(Trouble.LinkSilent) > 0;
        if (silent)
            reach.Count("strike/" + Trouble.LinkSilent);
        while (!silent && _wire.TryPeek(out var next) && next.Due <= world.Elapsed)
        {
            _wire.Dequeue();
            _inbox.Enqueue(next.Sign);
            _wake?.TrySetResult();
        }

        if (IsClosed || !_wire.TryPeek(out var waiting))
            return;
        var wait = silent ? TimeSpan.FromMilliseconds(200) : waiting.Due - world.Elapsed;
        _timer ??= world.Time.CreateTimer(static self => ((VenueLink)self!).Arrive(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan);
    }
}
