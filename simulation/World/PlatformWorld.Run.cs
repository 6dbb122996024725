using StreamForge.Contracts.Integrity;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;
using StreamForge.Simulation.Faults;
using StreamForge.Simulation.Laws;

namespace StreamForge.Simulation.World;

/// <content>The course of a run: trouble, reads all along, and then all must be well.</content>
internal sealed partial class PlatformWorld
{
    private static readonly TimeSpan WellWithin = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan StartAgainAfter = TimeSpan.FromMilliseconds(500);

    public long Reads { get; private set; }

    /// <summary>Runs all of the plan.</summary>
    /// <exception cref="LawBrokenException">A law was broken.</exception>
    public void Run() => Simulated.Run(Course, TimeSpan.FromMinutes(10));

    public async Task BounceBroker(TimeSpan down)
    {
        if (!Broker.IsUp)
            return;
        Broker.Crash();
        await Task.Delay(down, Simulated.Time);
        await Supervise(Broker.Start, Broker.Crash);
    }

    public async Task BounceStorage(TimeSpan down)
    {
        if (!States.IsUp)
            return;
        States.Crash();
        await Task.Delay(down, Simulated.Time);
        await Supervise(States.Start, States.Crash);
    }

    /// <summary>Starts a service as a supervisor does: one that its disk did not let open is started again.</summary>
    private async Task Supervise(Func<Task> start, Action crash)
    {
        while (true)
        {
            try
            {
                await start();
                return;
            }
            catch (Exception error) when (error is IOException or EventLogException or StateStoreException)
            {
                Note($"a service did not start: {error.Message}");
                crash();
                await Task.Delay(StartAgainAfter, Simulated.Time);
            }
        }
    }

    private async Task Course()
    {
        await Broker.Start();
        await States.Start();
        for (var i = 0; i < Plan.Nodes; i++)
            AddNode();
        KeepConnector();
        var random = new Random(Plan.Seed + 3);
        var (market, reading, trouble) = (Market(), Read(random), Disturb());
        await market;
        await trouble;
        Weather.Clear();
        while (!Broker.IsUp || !States.IsUp || Nodes.Any(n => n.IsPaused) || Nodes.Count < Plan.Nodes)
            await Task.Delay(TimeSpan.FromMilliseconds(100), Simulated.Time);
        Note("faults are over");
        Venue.StepAll();
        await reading;
        await Wellness();
    }

    private async Task Market()
    {
        var pause = Plan.Length / Plan.Events;
        while (Venue.Events < Plan.Events)
        {
            await Task.Delay(pause, Simulated.Time);
            Venue.Step();
        }
    }

    private async Task Disturb()
    {
        foreach (var fault in Plan.Faults)
        {
            if (fault.At > Simulated.Elapsed)
                await Task.Delay(fault.At - Simulated.Elapsed, Simulated.Time);
            if (Nodes.Count > 0)
                FaultKinds.Begin(this, fault);
        }
    }

    private async Task Read(Random random)
    {
        while (Simulated.Elapsed < Plan.Length)
        {
            await Task.Delay(Plan.Length / 260, Simulated.Time);
            if (Nodes.Count > 0)
                _ = ReadOne(Nodes[random.Next(Nodes.Count)], Venue.Instruments[random.Next(Plan.Instruments)].Instrument);
        }
    }

    private async Task<Freshness?> ReadOne(NodeHost node, string instrument)
    {
        Reads++;
        Freshness? seen = null;
        await node.Node.Run(async () =>
        {
            try
            {
                if ((await node.Reader.Book(instrument, 5_000, default)).View is not { } view)
                    return;
                Reach.Count($"answer/{view.Freshness.Status}");
                if (Story.IsTold)
                    Story.Tell($"{node.Name} answers {instrument}: {view.Freshness.Status} {view.Freshness.Sequence} as of {view.Freshness.Watermark:O} {view.Freshness.Reason}");
                Check(law => law.Answered(new Answer(instrument, view.Freshness, view.Body)));
                seen = view.Freshness;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Reach.Count($"answer/{e.GetType().Name}");
                Story.Tell($"{node.Name} could not read {instrument}: {e.Message}");
            }
        });
        return seen;
    }

    /// <summary>When faults have stopped, all is live and equal to the source within a bounded time.</summary>
    private async Task Wellness()
    {
        var until = Simulated.Elapsed + WellWithin;
        foreach (var instrument in Venue.Instruments)
            while (true)
            {
                var last = await ReadOne(Heard[0], instrument.Instrument);
                if (last is { Status: FreshnessStatus.Live } && last.Sequence == instrument.Sequence)
                    break;
                if (Simulated.Elapsed > until)
                    throw new LawBrokenException(
                        "liveness", instrument.Instrument,
                        $"{last?.Status.ToString() ?? "no answer"} ({last?.Reason}) at {last?.Sequence} of {instrument.Sequence}, {WellWithin} after the last fault");
                await Task.Delay(TimeSpan.FromMilliseconds(500), Simulated.Time);
            }
    }
}
