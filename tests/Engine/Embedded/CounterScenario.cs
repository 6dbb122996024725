using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Embedded.Nodes;
using StreamForge.Embedded.Simulation;

namespace StreamForge.Tests.Engine.Embedded;

/// <summary>
/// One grain, a log and a store on two nodes that stall, die and are taken for dead, under a directory that forgets. Each node
/// has a pump that reads the log from what is durable and feeds the grain; in the end all must be counted exactly once.
/// </summary>
public sealed class CounterScenario
{
    private const int Records = 60;
    private const int FlushEvery = 7;
    private static readonly EngineOptions Options = new()
    {
        ResponseTimeout = TimeSpan.FromMilliseconds(200),
        CollectionAge = TimeSpan.FromSeconds(1),
    };

    private readonly SimulatedWorld _world;
    private readonly List<int> _log = [];
    private readonly SimulatedStore _store;
    private long _durable;
    private int _nodes;

    public CounterScenario(int seed)
    {
        _world = new SimulatedWorld(seed);
        _store = new SimulatedStore(_world);
    }

    public string Trace => _world.Trace.ToString();

    public int Conflicts => _store.Conflicts;

    public Counter Stored => _store.Stored(GrainId.Create("counter", "one"));

    public long Expected => _log.Sum(value => (long)value);

    /// <summary>Runs until all records are durable.</summary>
    public void Run() => _world.Run(
        async () =>
        {
            _ = AddPump();
            var second = AddPump();
            var writing = WriteLog();
            while (_durable < Records)
            {
                await Task.Delay(_world.Chance(TimeSpan.FromMilliseconds(300)), _world.Time);
                Trouble();
            }

            await writing;
            Assert.NotNull(second);
        },
        limit: TimeSpan.FromMinutes(10));

    private async Task WriteLog()
    {
        for (var i = 0; i < Records; i++)
        {
            await Task.Delay(_world.Chance(TimeSpan.FromMilliseconds(10)), _world.Time);
            _log.Add(_world.Random.Next(1000));
        }
    }

    /// <summary>One thing that goes wrong, or nothing.</summary>
    private void Trouble()
    {
        var alive = _world.Cluster.Nodes.Where(node => !node.IsStopped).ToList();
        var victim = alive[_world.Random.Next(alive.Count)];
        switch (_world.Random.Next(6))
        {
            case 0:
                _world.Note($"pause {victim.Name}");
                victim.Pause();
                break;
            case 1:
                _world.Note($"declare dead {victim.Name}");
                _world.Cluster.DeclareDead(victim);
                break;
            case 2:
                _world.Note("forget");
                _world.Cluster.Directory.Forget(GrainId.Create("counter", "one"));
                break;
            case 3 when _nodes < 6:
                _world.Note($"crash {victim.Name}");
                victim.Crash();
                _world.Cluster.DeclareDead(victim);
                _ = AddPump();
                break;
            default:
                foreach (var node in alive)
                    node.Resume();
                break;
        }
    }

    private EmbeddedNode AddPump()
    {
        var node = _world.AddNode(
            $"node{++_nodes}",
            Options,
            [typeof(CounterGrain).Assembly],
            services =>
            {
                services.AddKeyedSingleton<IGrainStorage>("simulated", _store);
                services.AddKeyedSingleton<IGrainStorage>("checkpoint", _store);
                services.AddSingleton(new Probe());
            });
        _ = node.Run(() => Pump(node));
        return node;
    }

    private async Task Pump(EmbeddedNode node)
    {
        var grain = node.GetGrain<ICounterGrain>("one");
        var next = _durable;
        while (_durable < Records)
        {
            try
            {
                if (next < _log.Count)
                    next = await grain.Ingest(next, _log[(int)next]);
                else
                    await Task.Delay(TimeSpan.FromMilliseconds(5), _world.Time);
                if (next % FlushEvery == 0 || next == Records)
                    _durable = Math.Max(_durable, await grain.Flush());
            }
            catch (Exception e) when (e is TimeoutException or OrleansException or IOException)
            {
                _world.Note($"{node.Name} failed: {e.GetType().Name}");
                await Task.Delay(_world.Chance(TimeSpan.FromMilliseconds(50)), _world.Time);
                next = _durable;
            }
        }
    }
}
