using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Grains.Integrity.Governor;

/// <summary>
/// Carries out <see cref="GovernorCore"/>: one conditional write stores all grants of a moment, and only then are they
/// answered. A second activation loses that write, forgets what it meant to grant, and its callers ask again.
/// </summary>
public sealed class SourceGovernorGrain(
    [PersistentState("source-governor", "checkpoint")] IPersistentState<GovernorState> state,
    IOptionsMonitor<GovernorOptions> options,
    TimeProvider time) : Grain, ISourceGovernorGrain
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private GovernorOptions _options = null!;
    private GovernorCore _core = null!;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _storing = Task.CompletedTask;
    private bool _again;
    private bool _unstored;
    private bool _lost;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _options = options.Get(this.GetPrimaryKeyString());
        _core = new GovernorCore(state.State, _options);
        return Task.CompletedTask;
    }

    public async ValueTask<PermitAnswer> Acquire(PermitTicket ticket, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var until = time.GetUtcNow() + (wait < LongestWait ? wait : LongestWait);
        _core.Ask(ticket, time.GetUtcNow());
        while (true)
        {
            await Serve();
            var now = time.GetUtcNow();
            if (_core.PermitOf(ticket.Id) is { } permit)
                return new PermitAnswer { Granted = true, SendBefore = permit.SendBefore, ExpiresAt = permit.ExpiresAt };
            if (now >= until)
                return new PermitAnswer { Granted = false, Ahead = _core.Ahead(ticket.Id) };
            var look = _core.NextLook(now) is { } next && next < until ? next : until;
            // A delay below a millisecond is none: waiting for it would turn in circles on this turn.
            var pause = look - now > ShortestPause ? look - now : ShortestPause;
            await Task.WhenAny(_changed.Task.OnThisTurn(), Task.Delay(pause, time));
        }
    }

    public ValueTask Return(string ticketId)
    {
        // Not stored by itself: a return that is lost makes a permit count a little longer, never less.
        if (_core.Return(ticketId))
            Changed();
        return ValueTask.CompletedTask;
    }

    public ValueTask<GovernorStatus> Get() => ValueTask.FromResult(new GovernorStatus
    {
        MaxConcurrent = _options.MaxConcurrent,
        PerSecond = _options.PerSecond,
        InUse = _core.InUse,
        Waiting = _core.Waiting,
        Granted = state.State.Granted,
        StartedGroups = [.. state.State.Started],
    });

    /// <summary>Grants what can be granted and returns when it is stored. Callers that come together share one write.</summary>
    /// <exception cref="OrleansException">Another activation has written: this one ends.</exception>
    private Task Serve()
    {
        if (_lost)
            throw new OrleansException("Another activation of the governor has granted permits: this one ends.");
        _again = true;
        return _storing.IsCompleted ? _storing = GrantAndStore() : _storing;
    }

    private async Task GrantAndStore()
    {
        while (_again)
        {
            _again = false;
            // After a failed write the grants of that moment are in memory, untold: they must be stored first.
            _unstored |= _core.Grant(time.GetUtcNow());
            if (!_unstored)
                return;
            try
            {
                await state.WriteStateAsync();
            }
            catch (InconsistentStateException)
            {
                // Nobody else may write this memory again while the activation ends.
                _lost = true;
                DeactivateOnIdle();
                throw;
            }

            _unstored = false;
            Changed();
        }
    }

    private void Changed()
    {
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
