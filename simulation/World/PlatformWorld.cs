using StreamForge.Embedded.Simulation;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.Market;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Simulation.Laws;
using StreamForge.Simulation.Market;

namespace StreamForge.Simulation.World;

/// <summary>
/// The whole platform on one thread: nodes with pumps, grains and client API, the log and the storage as services of their own, a
/// venue with its own truth, and whoever reads. This part puts it together; the laws look on.
/// </summary>
internal sealed partial class PlatformWorld
{
    /// <summary>What the venue bears at once.</summary>
    public const int SourceConcurrency = 2;

    /// <summary>How much a pump keeps in memory.</summary>
    public const int WindowBytes = 64 << 10;

    /// <summary>How often it may be asked a second.</summary>
    public const int SourceRate = 10;

    /// <summary>How many requests may follow each other at once after a quiet time.</summary>
    public const int SourceBurst = 4;

    /// <summary>What the venue's governor is told of it: the venue works on no request longer than six seconds.</summary>
    public static void Limit(GovernorOptions options)
    {
        (options.MaxConcurrent, options.PerSecond, options.Burst) = (SourceConcurrency, SourceRate, SourceBurst);
        (options.RequestTimeout, options.Margin) = (TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(1));
    }

    /// <summary>How long a permit counts when nobody returns it.</summary>
    public static TimeSpan PermitLease
    {
        get
        {
            var options = new GovernorOptions();
            Limit(options);
            return options.Lease;
        }
    }

    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(2);
    private readonly List<NodeHost> _nodes = [];
    private int _named;

    /// <param name="plan">The run.</param>
    /// <param name="laws">What is checked all along.</param>
    /// <param name="tells">Whether to keep the story and the whole trace.</param>
    public PlatformWorld(RunPlan plan, IReadOnlyList<Law> laws, bool tells = false)
    {
        Plan = plan;
        Laws = laws;
        Simulated = new SimulatedWorld(plan.Seed, keepsTrace: tells) { Network = Carry };
        Story = new Story(() => Simulated.Elapsed, tells);
        Weather = new Weather(Simulated.Random);
        (Steady, Ailments) = (new Steady(Simulated), new Ailments(Simulated));
        Tap = new LogTap(Story, handed => Check(law => law.Handed(handed)));
        Truth = new MarketTruth(Enumerable.Range(1, plan.Instruments).Select(n => $"binance:SYM{n}USDT"));
        Venue = new Venue(Simulated, Weather, Reach, Story, Truth, plan.Seed + 1, plan.Speed);
        Rest = new VenueRest(Simulated, Weather, Reach, Venue, working => Check(law => law.SourceWorks(working)));
        var ids = new SeededIds("world", plan.Seed + 2);
        Broker = new Broker(
            Simulated, Disks.Create(Simulated, Weather, Reach, Trouble.LogDiskFails), ids, new EventCounter<Broker>(Reach, Story));
        States = new StateService(
            Simulated,
            [.. Enumerable.Range(0, 2).Select(_ => Disks.Create(Simulated, Weather, Reach, Trouble.StoreDiskFails))],
            new EventCounter<StateService>(Reach, Story));
        Operators = new Operators(this);
        foreach (var law in laws)
            law.World = this;
    }

    public RunPlan Plan { get; }

    public IReadOnlyList<Law> Laws { get; }

    public SimulatedWorld Simulated { get; }

    public Story Story { get; }

    public Reach Reach { get; } = new();

    public Weather Weather { get; }

    public Steady Steady { get; }

    public Ailments Ailments { get; }

    public MarketTruth Truth { get; }

    public Venue Venue { get; }

    public VenueRest Rest { get; }

    public Broker Broker { get; }

    public StateService States { get; }

    public LogTap Tap { get; }

    public Operators Operators { get; }

    public MarketOptions MarketOptions { get; } = new()
    {
        HeldEvents = 12,
        TradeHoles = 5,
        TradeAhead = TimeSpan.FromDays(9_000),
        DepthRepair = Pacing,
        TradeRepair = Pacing,
    };

    /// <summary>Nodes that live, paused ones too.</summary>
    public IReadOnlyList<NodeHost> Nodes => [.. _nodes.Where(n => n.IsAlive)];

    /// <summary>Nodes that can be heard.</summary>
    public IReadOnlyList<NodeHost> Heard => [.. _nodes.Where(n => n is { IsAlive: true, IsPaused: false })];

    private static RepairPacing Pacing => new()
    {
        Deadline = TimeSpan.FromSeconds(8),
        AnswerWithin = TimeSpan.FromSeconds(3),
        BackoffMost = TimeSpan.FromSeconds(3),
    };

    /// <summary>Adds a node.</summary>
    /// <param name="isStrict">Whether it is configured with a rule that no trade keeps.</param>
    public NodeHost AddNode(bool isStrict = false)
    {
        Steady.Disturb();
        var number = ++_named;
        var node = new NodeHost(this, $"node{number}", (Plan.Seed * 31) + number, isStrict);
        _nodes.Add(node);
        node.Start();
        return node;
    }

    /// <summary>The connector runs on the first node that lives.</summary>
    public void KeepConnector()
    {
        if (_connected is { IsAlive: true } || Nodes.Count == 0)
            return;
        var node = _connected = Nodes[0];
        Note($"the connector runs on {node.Name}");
        _ = node.Node.Run(() =>
        {
            new SimulatedConnector(
                Simulated, Venue, node.Sink, node.Gateway, node.Permits, node.Ids, node.ConnectorIds, node.Clock).Start();
            return Task.CompletedTask;
        });
    }

    private NodeHost? _connected;

    public async Task Later(TimeSpan after, Action what)
    {
        await Task.Delay(after, Simulated.Time);
        what();
    }

    public void Note(string what)
    {
        Simulated.Note(what);
        Story.Tell(what);
    }

    /// <summary>Lets every law look; the first that is broken ends the run.</summary>
    public void Check(Action<Law> look)
    {
        foreach (var law in Laws)
        {
            try
            {
                look(law);
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                // A check that fails itself ends the run too: else it would be one that cannot fail.
                Simulated.Fail(broken);
            }
        }
    }

    private MessageFate Carry(string from, string to)
    {
        if (Weather.Strikes(Trouble.CallLost))
            return Struck(Trouble.CallLost, new MessageFate(Lost: true));
        if (Weather.Strikes(Trouble.AnswerLost))
            return Struck(Trouble.AnswerLost, new MessageFate(AnswerLost: true));
        return Weather.Strikes(Trouble.CallLate)
            ? Struck(Trouble.CallLate, new MessageFate(Simulated.Chance(TimeSpan.FromMilliseconds(800))))
            : Ailments.Carry(to);
    }

    private MessageFate Struck(string kind, MessageFate fate)
    {
        Reach.Count("strike/" + kind);
        Steady.Disturb();
        return fate;
    }
}
