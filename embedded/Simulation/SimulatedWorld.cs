using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Embedded.Hosting;
using StreamForge.Embedded.Nodes;
using StreamForge.Embedded.Scheduling;

namespace StreamForge.Embedded.Simulation;

/// <summary>
/// A world on one thread: several nodes, a seeded choice of what runs next, a clock that moves only here. All that happens follows
/// from the seed, provided that all code in it takes time, chance and scheduling from here; code that leaves the thread is found
/// out and ends the simulation.
/// </summary>
public sealed class SimulatedWorld : ITurnScheduler
{
    private const int MaxSteps = 10_000_000;
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<IReadyQueue> _ready = [];
    private readonly VirtualTime _time;
    private readonly TimeSpan _maxTurnCost;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly NodeGate _alwaysOpen;
    private volatile Exception? _failure;

    /// <param name="seed">All chance comes from it.</param>
    /// <param name="maxTurnCost">A turn takes from nothing to so long, by default 100 µs.</param>
    /// <param name="keepsTrace">Whether the lines of the trace are kept, for reading; their digest always is.</param>
    public SimulatedWorld(int seed, TimeSpan? maxTurnCost = null, bool keepsTrace = true)
    {
        Trace = new SimulationTrace(keepsTrace);
        Seed = seed;
        Random = new Random(seed);
        _maxTurnCost = maxTurnCost ?? TimeSpan.FromMicroseconds(100);
        _time = new VirtualTime(Start, this);
        _alwaysOpen = new NodeGate(this);
        Cluster = new EmbeddedCluster(this);
    }

    public int Seed { get; }

    /// <summary>The one source of chance.</summary>
    public Random Random { get; }

    public TimeProvider Time => _time;

    public EmbeddedCluster Cluster { get; }

    public SimulationTrace Trace { get; }

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => _time.Elapsed;

    /// <summary>What the network does to a call between grains, by the names of the caller's node and of the grain; none: it carries all.</summary>
    public Func<string, string, MessageFate>? Network { get; set; }

    int ITurnScheduler.TurnsPerSlice => 1;

    bool ITurnScheduler.ReordersMessages => true;

    /// <summary>Adds a node, and starts it.</summary>
    public EmbeddedNode AddNode(
        string name, EngineOptions options, IReadOnlyCollection<Assembly> grains, Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        services.AddSingleton(Cluster);
        services.AddSingleton(Time);
        services.AddSingleton(this);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddEmbeddedEngine(options, grains, name);
        configure(services);
        var node = services.BuildServiceProvider().GetRequiredService<EmbeddedNode>();
        node.Start();
        return node;
    }

    /// <summary>A scheduler for what belongs to no node: a store, a source, the test itself.</summary>
    public TaskScheduler CreateQueue(string name) => new TurnQueue(name, _alwaysOpen);

    /// <summary>Something beside the nodes that pauses and dies as a whole: a broker, a database.</summary>
    public SimulatedProcess CreateProcess(string name) => new(name, this);

    /// <summary>Ends the simulation with an error at its next step: a law was broken.</summary>
    public void Fail(Exception failure) => _failure ??= failure;

    /// <summary>Puts a line into the trace.</summary>
    public void Note(string what) => Trace.Add(_time.Elapsed, what);

    /// <summary>A time between nothing and <paramref name="most"/>.</summary>
    public TimeSpan Chance(TimeSpan most) => TimeSpan.FromTicks(Random.NextInt64(most.Ticks + 1));

    /// <summary>Runs until <paramref name="main"/> has completed.</summary>
    /// <param name="limit">Virtual time after which that is given up.</param>
    /// <exception cref="SimulationException">Nothing can run any more, the limit has passed, or something left the thread.</exception>
    public void Run(Func<Task> main, TimeSpan limit)
    {
        var outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var running = Task.Factory
                .StartNew(main, CancellationToken.None, TaskCreationOptions.None, CreateQueue("main"))
                .Unwrap();
            while (!running.IsCompleted)
                Step(limit);
            running.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    void ITurnScheduler.Schedule(IReadyQueue ready, bool again)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _failure ??= new SimulationException(Seed, $"{ready.Name} was woken from another thread: something left the simulation.{Environment.NewLine}{Environment.StackTrace}");
            return;
        }

        if (ready is IMessage message && Network is { } network)
            Carry(message, network(message.From, message.To));
        else
            _ready.Add(ready);
    }

    private void Carry(IMessage message, MessageFate fate)
    {
        if (fate.Lost || fate.AnswerLost)
        {
            Note($"{(fate.Lost ? "lost" : "answer lost")} {message.Name}");
            message.LoseAnswer();
        }

        if (fate.Lost)
            return;
        if (fate.Delay > TimeSpan.Zero)
            _time.CreateTimer(static late => ((List<IReadyQueue>)((object[])late!)[0]).Add((IReadyQueue)((object[])late)[1]),
                new object[] { _ready, message }, fate.Delay, Timeout.InfiniteTimeSpan);
        else
            _ready.Add(message);
    }

    private void Step(TimeSpan limit)
    {
        if (_failure is { } failure)
            throw failure;
        if (_time.Elapsed > limit)
            throw new SimulationException(Seed, $"Not finished after {limit}.");
        if (Trace.Count > MaxSteps)
            throw new SimulationException(
                Seed, $"Not finished after {MaxSteps} steps: something turns in circles. Ready now: {string.Join(", ", _ready.Take(5).Select(r => r.Name))}.");
        if (_ready.Count == 0 && !_time.AdvanceToNextTimer())
            throw new SimulationException(Seed, "Nothing can run any more.");
        if (_ready.Count == 0)
            return;
        var chosen = Random.Next(_ready.Count);
        var next = _ready[chosen];
        _ready.RemoveAt(chosen);
        Note(next.Name);
        next.Run();
        _time.Advance(Chance(_maxTurnCost));
    }
}

/// <summary>A simulation that cannot go on. The message names the seed that shows it.</summary>
public sealed class SimulationException(int seed, string message) : Exception($"Seed {seed}: {message}");
