using System.Text;
using Microsoft.Extensions.Logging;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// A membership in a consumer group that outlives its ends. Whatever ends it (a fatal error of the log's client, a handler that
/// failed, a topic that is another one now), it is joined again, after pauses that double and differ from process to process,
/// until it is left.
/// </summary>
internal sealed class LastingMembership(PumpServices services, IReadOnlyList<TopicSpec> topics, IAssignmentHandler handler)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly string[] _names = [.. topics.Select(topic => topic.Name)];
    private Task _kept = Task.CompletedTask;

    /// <summary>Why there is no membership now; null while there is one. Any thread.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Joins, for the first time by the caller's leave.</summary>
    /// <exception cref="EventLogException">The first time failed; nothing tries again.</exception>
    public async Task Join(CancellationToken cancellation) =>
        _kept = Keep(await services.EventLog.Join(services.Group, _names, handler, cancellation));

    /// <summary>Leaves the group for good; returns when the member is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_kept.IsCompleted)
            _leaving.Cancel();
        await _kept;
        _leaving.Dispose();
    }

    private async Task Keep(IGroupMember member)
    {
        var ends = 0;
        while (true)
        {
            var since = services.Time.GetTimestamp();
            var reason = await End(member);
            if (_leaving.IsCancellationRequested)
            {
                await member.DisposeAsync();
                return;
            }
            // One that held for a while starts the pauses anew.
            ends = services.Time.GetElapsedTime(since) > services.Options.BackoffMax ? 1 : ends + 1;
            NoteTrouble(reason);
            await Leave(member);
            if (await JoinAgain(ends) is not { } next)
                return;
            member = next;
            Trouble = null;
        }
    }

    /// <summary>Waits for the end of a membership.</summary>
    /// <returns>What ended it.</returns>
    private async Task<Exception> End(IGroupMember member)
    {
        try
        {
            await member.Completion.OnThisTurn().WaitAsync(_leaving.Token);
            return new EventLogException("the log ended it");
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private async Task Leave(IGroupMember ended)
    {
        try
        {
            await ended.DisposeAsync();
        }
        catch (Exception error)
        {
            // It is over either way.
            Log.LeavingFailed(services.Logger, error, services.Group);
        }
    }

    private async Task<IGroupMember?> JoinAgain(int attempt)
    {
        for (; ; attempt++)
        {
            try
            {
                await Task.Delay(Pause(attempt), services.Time, _leaving.Token);
                // What the group reads must still be what it needs: a topic that went is made anew, other counts are refused.
                foreach (var topic in topics)
                    await services.EventLog.EnsureTopic(topic, _leaving.Token);
                var member = await services.EventLog.Join(services.Group, _names, handler, _leaving.Token);
                Log.JoinedAgain(services.Logger, services.Group, attempt);
                return member;
            }
            catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception error)
            {
                NoteTrouble(error);
            }
        }
    }

    /// <summary>Said once a reason, however often it is met.</summary>
    private void NoteTrouble(Exception reason)
    {
        var trouble = $"No member of group {services.Group}, joining again: {reason.Message}";
        if (trouble != Trouble)
            Log.MembershipEnded(services.Logger, services.Group, reason.Message);
        Trouble = trouble;
    }

    /// <summary>Half of the doubling pause, and of the other half a share that is the process's own: they do not all come at once.</summary>
    private TimeSpan Pause(int attempt)
    {
        var share = (uint)Murmur2Partitioner.Hash(Encoding.UTF8.GetBytes($"{services.Owner}/{services.Group}/{attempt}")) / (double)uint.MaxValue;
        return services.Options.BackoffOf(attempt) * (0.5 + share / 2);
    }
}
