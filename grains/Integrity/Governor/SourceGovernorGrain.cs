using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Grains.Integrity.Governor;

/// <summary>
/// Carries out <see cref="GovernorCore"/>: one conditional write stores all grants of a moment, and only then are they
/// answered. A second activation loses that write, forgets what it meant to grant, and its callers ask again. Returns are stored a moment
/// later: one that is lost makes its permit count for a lease more wherever the governor comes up next, never less.
/// </summary>
public sealed partial class SourceGovernorGrain(
    [PersistentState("source-governor", "checkpoint")] IPersistentState<GovernorState> state,
    IOptionsMonitor<GovernorOptions> options,
    TimeProvider time,
    ILogger<SourceGovernorGrain> logger) : Grain, ISourceGovernorGrain
{
    private static readonly TimeSpan StoreReturnsAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(1);
    private GovernorOptions _options = null!;
    private GovernorCore _core = null!;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _storing = Task.CompletedTask;
    private long _takenOverAt;
    private bool _again;
    private bool _returned;
    private bool _unstored;
    private bool _lost;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _options = options.Get(this.GetPrimaryKeyString());
        _core = new GovernorCore(state.State, _options);
        // After the load: what was granted before it is at least as old as this.
        _takenOverAt = time.GetTimestamp();
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => StoreReturns();

    public async ValueTask<PermitAnswer> Acquire(PermitTicket ticket, TimeSpan wait)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var called = Now;
        var until = called + (wait < LongestWait ? wait : LongestWait);
        _core.Ask(ticket, called);
        while (true)
        {
            await Serve();
            var now = Now;
            if (_core.PermitOf(ticket.Id) is { } permit)
                return new PermitAnswer
                {
                    Granted = true,
                    SendWithin = _core.SendBefore(permit) - called,
                    EndWithin = _core.ExpiresAt(permit) - called,
                };
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
        if (_core.Return(ticketId))
        {
            Changed();
            if (!_returned)
                _ = StoreReturnsSoon();
            _returned = true;
        }
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

    private TimeSpan Now => time.GetElapsedTime(_takenOverAt);

    private async Task StoreReturnsSoon()
    {
        await Task.Delay(StoreReturnsAfter, time);
        await StoreReturns();
    }

    private async Task StoreReturns()
    {
        if (!_returned || _lost)
            return;
        _unstored = true;
        try
        {
            await Serve();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The next grant stores them.
            Log.NotStored(logger, this.GetPrimaryKeyString(), error.Message);
        }
    }

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
            _unstored |= _core.Grant(Now);
            if (!_unstored)
                return;
            _returned = false;
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The governor of {Source} could not store what was returned; its next grant does: {Reason}")]
        public static partial void NotStored(ILogger logger, string source, string reason);
    }
}
