using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Embedded.Calls;
using StreamForge.Embedded.Nodes;
using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Activations;

internal enum ActivationState
{
    Activating,
    Valid,
    Deactivating,
    Invalid,
}

/// <summary>
/// One life of a grain on one node: takes requests and runs them in turns of its own queue. This part is about requests; the
/// other about beginning and end.
/// </summary>
internal sealed partial class Activation : IEngineContext
{
    private readonly Lock _lock = new();
    private readonly EmbeddedNode _node;
    private readonly GrainClass _class;
    private readonly RequestQueue _requests;
    private readonly TurnQueue _turns;
    private readonly List<GrainTimer> _timers = [];
    private ActivationState _state = ActivationState.Activating;
    private bool _pumpQueued;
    private bool _pumping;
    private long _usedAt;
    private long _keepUntil = long.MinValue;

    public Activation(EmbeddedNode node, GrainId id, GrainClass grainClass, NodeGate gate)
    {
        _node = node;
        _class = grainClass;
        GrainId = id;
        _requests = new RequestQueue(grainClass.IsReentrant);
        _turns = new TurnQueue($"{node.Name}/{id}", gate) { Activation = this };
        _usedAt = node.Time.GetTimestamp();
        _turns.Start(static self => _ = ((Activation)self!).Activate(), this);
    }

    public GrainId GrainId { get; }

    public object? GrainInstance { get; private set; }

    public EmbeddedNode Node => _node;

    /// <summary>Takes a request.</summary>
    /// <returns>False where this life is over: the request belongs to the next.</returns>
    public bool TryReceive(Request request)
    {
        lock (_lock)
        {
            if (_state == ActivationState.Invalid)
                return false;
            if (request.KeepsAlive)
                _usedAt = _node.Time.GetTimestamp();
            _requests.Add(request);
        }

        QueuePump();
        return true;
    }

    /// <summary>Fails the calls of <paramref name="caller"/> whose answer is late. What runs goes on.</summary>
    public void TimeOut(EmbeddedNode caller, long now)
    {
        foreach (var call in Calls(call => call.Caller == caller && call.Deadline <= now))
            call.Fail(new TimeoutException(
                $"Response did not arrive on time in {caller.Options.ResponseTimeout} for message: {call}."));
    }

    /// <summary>Fails calls that wait or run. What runs goes on.</summary>
    public void FailCalls(Predicate<Call> which, Exception exception)
    {
        foreach (var call in Calls(which))
            call.Fail(exception);
    }

    public TGrainInterface Reference<TGrainInterface>()
        where TGrainInterface : IAddressable => GrainReference.Create<TGrainInterface>(GrainId, _node);

    public IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, callback, options, _node.Time);
        lock (_lock)
            _timers.Add(timer);
        return timer;
    }

    public void Forget(GrainTimer timer)
    {
        lock (_lock)
            _timers.Remove(timer);
    }

    public void TimerFailed(Exception exception) => Log.TimerFailed(_node.Logger, exception, GrainId);

    public override string ToString() => _turns.Name;

    private List<Call> Calls(Predicate<Call> which)
    {
        lock (_lock)
            return [.. _requests.All.OfType<Call>().Where(call => !call.IsAbandoned && which(call))];
    }

    private void QueuePump()
    {
        lock (_lock)
        {
            if (_pumpQueued)
                return;
            _pumpQueued = true;
        }

        _turns.Start(static self => ((Activation)self!).Pump(), this);
    }

    /// <summary>Starts all that may run now.</summary>
    private void Pump()
    {
        lock (_lock)
            _pumpQueued = false;
        _pumping = true;
        while (Next() is { } request)
            _ = Process(request);
        _pumping = false;
        FinishIfDone();
    }

    private Request? Next()
    {
        lock (_lock)
            return _state switch
            {
                ActivationState.Valid => _requests.Take(localOnly: false),
                ActivationState.Deactivating when !_finishing => _requests.Take(localOnly: true),
                _ => null,
            };
    }

    private async Task Process(Request request)
    {
        Exception? failure = null;
        try
        {
            await request.Run(GrainInstance!);
        }
        catch (Exception e)
        {
            failure = e;
        }

        // Only the activation whose memory is out of date ends; callers that the exception passes through keep theirs.
        if (failure is InconsistentStateException { IsSourceActivation: true } conflict)
        {
            conflict.IsSourceActivation = false;
            Log.InconsistentState(_node.Logger, conflict, GrainId);
            Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationError, conflict, conflict.Message));
        }

        lock (_lock)
        {
            _requests.Complete(request);
            if (request.KeepsAlive)
                _usedAt = _node.Time.GetTimestamp();
        }

        if (failure is null)
            request.Succeed();
        else
            request.Fail(failure);
        if (!_pumping)
            QueuePump();
    }
}
