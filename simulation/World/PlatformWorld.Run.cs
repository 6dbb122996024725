using StreamForge.Contracts.Integrity;
using StreamForge.Simulation.Faults;
using StreamForge.Simulation.Laws;
using StreamForge.Simulation.Market;

namespace StreamForge.Simulation.World;

/// <content>The course of a run: trouble, reads all along; then all must be well, also beside a key that stands still.</content>
internal sealed partial class PlatformWorld
{
    private static readonly TimeSpan WellWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan BackUpEvery = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs all of the plan.</summary>
    /// <exception cref="LawBrokenException">A law was broken.</exception>
    public void Run() => Simulated.Run(Course, TimeSpan.FromMinutes(10));

    private async Task Course()
    {
        await Broker.Start();
        await States.Start();
        for (var i = 0; i < Plan.Nodes; i++)
            AddNode();
        KeepConnector();
        var random = new Random(Plan.Seed + 3);
        var (market, reading, trouble) = (Market(), Read(random), Disturb());
        _ = Look();
        _ = KeepBackups();
        await market;
        await trouble;
        await EndFaults();
        Venue.StepAll();
        await reading;
        await Wellness();
        await StandStill(random);
        await Wellness();
        await CheckBooks();
        await CheckCandles();
    }

    private async Task EndFaults()
    {
        Weather.Clear();
        Ailments.EndAll();
        foreach (var node in _nodes)
            node.Machine.Skew = TimeSpan.Zero;
        var until = Simulated.Elapsed + WellWithin;
        while (_underWay > 0 || !Broker.IsUp || !States.IsUp || Nodes.Any(n => n.IsPaused) || Nodes.Count < Plan.Nodes || Heard.Any(n => n.IsStrict))
        {
            if (Heard.FirstOrDefault(n => n.IsStrict) is { } strict)
                await Restart(strict);
            if (Simulated.Elapsed > until)
                throw new LawBrokenException(
                    "liveness", "services",
                    $"{WellWithin} after the last fault {(Broker.IsUp ? "" : "the log is down, ")}{(States.IsUp ? "" : "storage is down, ")}{Nodes.Count} nodes are up");
            await Task.Delay(TimeSpan.FromMilliseconds(100), Simulated.Time);
        }

        foreach (var node in Heard)
            JoinAgain(node);
        await Operators.ResumeAll();
        await Operators.Replay();
        Note("faults are over");
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
            while (Nodes.Count == 0)
                await Task.Delay(StartAgainAfter, Simulated.Time);
            FaultKinds.Begin(this, fault);
        }
    }

    private async Task Look()
    {
        while (true)
        {
            await Task.Delay(LookEvery, Simulated.Time);
            Check(law => law.Looked());
        }
    }

    private async Task KeepBackups()
    {
        while (true)
        {
            await Task.Delay(BackUpEvery, Simulated.Time);
            if (!States.IsUp)
                continue;
            States.BackUp();
            Check(law => law.StorageBackedUp());
        }
    }

    /// <summary>When faults have stopped, all is live and equal to the source within a bounded time.</summary>
    private async Task Wellness()
    {
        var until = Simulated.Elapsed + WellWithin;
        foreach (var instrument in Venue.Instruments)
            foreach (var of in new[] { ViewOf.Book, ViewOf.Trades })
                while (await ReadFromAll(of, instrument) is { IsWell: false, Last: var last })
                {
                    if (Simulated.Elapsed > until)
                        throw new LawBrokenException(
                            "liveness", instrument.Instrument,
                            $"{of}: {last?.Freshness.Status.ToString() ?? "no answer"} ({last?.Freshness.Reason}) at {last?.Freshness.Sequence} "
                            + $"of {(of == ViewOf.Book ? instrument.Sequence : instrument.TradeId)}, {WellWithin} after the last fault");
                    await Operators.Unpark();
                    await Task.Delay(TimeSpan.FromMilliseconds(500), Simulated.Time);
                }
    }

    /// <summary>What the first node says that does not say that all is well, or the last.</summary>
    private async Task<(bool IsWell, Answer? Last)> ReadFromAll(ViewOf of, VenueInstrument instrument)
    {
        Answer? last = null;
        foreach (var node in Heard)
        {
            last = await ReadOne(node, of, instrument.Instrument);
            if (!IsWell(last, instrument))
                return (false, last);
        }

        return (true, last);
    }

    private static bool IsWell(Answer? last, VenueInstrument instrument)
    {
        if (last is null)
            return false;
        // Trades that were given up stay visible for a day of trading: honest, and no better is promised.
        var isGivenUp = last is { Of: ViewOf.Trades, Freshness.Status: FreshnessStatus.Gap };
        return (isGivenUp || last.Freshness.Status == FreshnessStatus.Live)
            && last.Freshness.Sequence == (last.Of == ViewOf.Book ? instrument.Sequence : instrument.TradeId);
    }

    private async Task CheckBooks()
    {
        for (var looks = 0; looks < 20 && !BooksLaw.Balance(this); looks++)
            await Task.Delay(TimeSpan.FromMilliseconds(250), Simulated.Time);
        BooksLaw.Check(this);
    }

    private async Task CheckCandles()
    {
        foreach (var instrument in Venue.Instruments)
        {
            if (await ReadOne(Heard[0], ViewOf.Trades, instrument.Instrument) is not { } trades
                || await ReadCandles(Heard[0], instrument) is not { } candles)
                throw new LawBrokenException("liveness", instrument.Instrument, "there are no candles");
            CandleLaw.Check(this, trades, candles);
        }
    }
}
