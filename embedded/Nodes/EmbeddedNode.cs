using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using StreamForge.Embedded.Activations;
using StreamForge.Embedded.Calls;
using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Nodes;

/// <summary>A host of grains: what a silo is to Orleans. This part is about calls; the other about life and death.</summary>
public sealed partial class EmbeddedNode : IClusterClient, ICallDispatcher
{
    private readonly EmbeddedCluster _cluster;
    private readonly GrainCatalog _catalog;
    private readonly NodeGate _gate;
    private readonly TurnQueue _work;
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly Lock _lock = new();
    private readonly LinkedList<Activation> _living = [];
    private readonly long _responseTicks;

    public EmbeddedNode(
        string name,
        EmbeddedCluster cluster,
        GrainCatalog catalog,
        EngineOptions options,
        TimeProvider time,
        IServiceProvider services,
        ILogger<EmbeddedNode> logger)
    {
        (Name, _cluster, _catalog, Options, Time, Services, Logger) = (name, cluster, catalog, options, time, services, logger);
        _gate = new NodeGate(cluster.Scheduler);
        _work = new TurnQueue(name, _gate);
        _responseTicks = Ticks(options.ResponseTimeout);
        cluster.Add(this);
    }

    public string Name { get; }

    public EngineOptions Options { get; }

    public TimeProvider Time { get; }

    internal IServiceProvider Services { get; }

    IServiceProvider IClusterClient.ServiceProvider => Services;

    internal ILogger Logger { get; }

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        var type = _catalog.ClassOf(typeof(TGrainInterface)).GrainType;
        return GrainReference.Create<TGrainInterface>(GrainId.Create(type, primaryKey), this);
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => GrainReference.Create<TGrainInterface>(grainId, this);

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => (IGrain)GrainReference.Create(
        grainInterfaceType, GrainId.Create(_catalog.ClassOf(grainInterfaceType).GrainType, grainPrimaryKey), this);

    object ICallDispatcher.Dispatch(GrainId target, MethodInfo method, object?[] arguments)
    {
        // A reference that came from another node is used from the node whose turn this is.
        var caller = (TaskScheduler.Current as TurnQueue)?.Activation is Activation activation ? activation.Node : this;
        var (call, answer) = GrainMethod.Of(method).CreateCall(
            target, arguments, caller, caller.Time.GetTimestamp() + caller._responseTicks);
        if (_cluster.Scheduler.ReordersMessages)
            _cluster.Scheduler.Schedule(new Message(caller, call));
        else
            caller.Send(call);
        return answer;
    }

    /// <summary>Brings a call to its grain: to the life of it that this node has, or else to where the directory says.</summary>
    internal void Send(Call call)
    {
        if (_activations.TryGetValue(call.Target, out var here) && here.TryReceive(call))
            return;
        if (IsStopped)
            call.Fail(new SiloUnavailableException($"{Name} has been stopped."));
        else
            _cluster.Directory.HomeOf(call.Target, this).Deliver(call);
    }

    internal void Remove(Activation activation)
    {
        _cluster.Directory.Leave(activation.GrainId, this);
        _activations.TryRemove(new(activation.GrainId, activation));
        lock (_lock)
            _living.Remove(activation);
    }

    internal long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Time.TimestampFrequency);

    private void Deliver(Call call)
    {
        try
        {
            while (!(_activations.TryGetValue(call.Target, out var life) ? life : Create(call.Target)).TryReceive(call))
            {
                // The life that it met has just ended, and takes itself off the list.
            }
        }
        catch (Exception e)
        {
            call.Fail(e);
        }
    }

    private Activation Create(GrainId id)
    {
        lock (_lock)
        {
            if (_activations.TryGetValue(id, out var known))
                return known;
            if (IsStopped)
                throw new SiloUnavailableException($"{Name} has been stopped.");
            var created = new Activation(this, id, _catalog.Class(id.Type), _gate);
            _living.AddLast(created);
            _activations[id] = created;
            return created;
        }
    }

    /// <summary>A call on its way.</summary>
    private sealed class Message(EmbeddedNode caller, Call call) : IMessage
    {
        public string Name => $"{From}>{To}";

        public string From => caller.Name;

        public string To => call.Target.ToString();

        public void LoseAnswer() => call.LoseAnswer(caller.Time);

        public void Run() => caller.Send(call);
    }

    private Activation[] Living()
    {
        lock (_lock)
            return [.. _living];
    }
}
