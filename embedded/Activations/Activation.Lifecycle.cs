using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using StreamForge.Embedded.Calls;

namespace StreamForge.Embedded.Activations;

internal sealed partial class Activation
{
    private readonly TaskCompletionSource _deactivated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AsyncServiceScope _scope;
    private DeactivationReason _reason;
    private bool _wasValid;
    private bool _starting = true;
    private bool _finishing;

    public IServiceProvider ActivationServices => _scope.ServiceProvider;

    public Task Deactivated => _deactivated.Task;

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_state is ActivationState.Deactivating or ActivationState.Invalid)
                return;
            _wasValid = _state == ActivationState.Valid;
            _reason = deactivationReason;
            _state = ActivationState.Deactivating;
        }

        QueuePump();
    }

    public void DelayDeactivation(TimeSpan time)
    {
        lock (_lock)
            _keepUntil = time <= TimeSpan.Zero && time != Timeout.InfiniteTimeSpan ? long.MinValue
                : time == Timeout.InfiniteTimeSpan || time == TimeSpan.MaxValue ? long.MaxValue
                : _node.Time.GetTimestamp() + _node.Ticks(time);
    }

    /// <summary>Ends the activation if nobody used it since <paramref name="usedBefore"/>.</summary>
    public void DeactivateIfIdle(long usedBefore, long now)
    {
        lock (_lock)
            if (_state != ActivationState.Valid || !_requests.IsEmpty || _usedAt > usedBefore || _keepUntil > now)
                return;
        Deactivate(new DeactivationReason(DeactivationReasonCode.ActivationIdle, "Nobody used it."));
    }

    private async Task Activate()
    {
        try
        {
            _scope = _node.Services.CreateAsyncScope();
            using var deadline = new CancellationTokenSource(_node.Options.ActivationTimeout, _node.Time);
            var (instance, states) = _class.Construct(this);
            GrainInstance = instance;
            foreach (var state in states)
                await state.ReadStateAsync(deadline.Token);
            if (instance is IGrainBase grain)
                await grain.OnActivateAsync(deadline.Token).WaitAsync(deadline.Token);
            lock (_lock)
            {
                _starting = false;
                if (_state == ActivationState.Activating)
                    _state = ActivationState.Valid;
            }

            QueuePump();
        }
        catch (Exception e)
        {
            Log.ActivationFailed(_node.Logger, e, GrainId);
            await End(new DeactivationReason(DeactivationReasonCode.ActivationFailed, e, "Failed to activate grain."));
        }
    }

    /// <summary>Finishes the deactivation once nothing runs any more.</summary>
    private void FinishIfDone()
    {
        lock (_lock)
        {
            if (_state != ActivationState.Deactivating || _finishing || _starting || _requests.IsRunning)
                return;
            _finishing = true;
        }

        _ = Finish();
    }

    private async Task Finish()
    {
        DisposeTimers();
        if (_wasValid && GrainInstance is IGrainBase grain)
        {
            try
            {
                using var deadline = new CancellationTokenSource(_node.Options.DeactivationTimeout, _node.Time);
                await grain.OnDeactivateAsync(_reason, deadline.Token).WaitAsync(deadline.Token);
            }
            catch (Exception e)
            {
                Log.DeactivationFailed(_node.Logger, e, GrainId);
            }
        }

        await End(_reason);
    }

    /// <summary>Leaves node and directory; those who wait are told of a failed activation, or go on to the next life.</summary>
    private async Task End(DeactivationReason reason)
    {
        DisposeTimers();
        Request[] waiting;
        lock (_lock)
        {
            _state = ActivationState.Invalid;
            waiting = _requests.TakeWaiting();
        }

        _node.Remove(this);
        foreach (var request in waiting)
            if (reason.ReasonCode == DeactivationReasonCode.ActivationFailed && reason.Exception is { } failure)
                request.Fail(failure);
            else if (request is Call call)
                _node.Send(call);
        try
        {
            if (GrainInstance is IAsyncDisposable asynchronous)
                await asynchronous.DisposeAsync();
            else
                (GrainInstance as IDisposable)?.Dispose();
            await _scope.DisposeAsync();
        }
        catch (Exception e)
        {
            Log.DeactivationFailed(_node.Logger, e, GrainId);
        }

        _deactivated.TrySetResult();
    }

    private void DisposeTimers()
    {
        GrainTimer[] timers;
        lock (_lock)
            timers = [.. _timers];
        foreach (var timer in timers)
            timer.Dispose();
    }
}
