using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Market;
using StreamForge.ClientApi.Instruments;
using StreamForge.Simulation.Laws;
using StreamForge.Simulation.Market;

namespace StreamForge.Simulation.World;

/// <content>Whoever reads, by the client API of any node.</content>
internal sealed partial class PlatformWorld
{
    private const int AllLevels = 5_000;
    private const int AllTrades = 500;

    public long Reads { get; private set; }

    private async Task Read(Random random)
    {
        while (Simulated.Elapsed < Plan.Length)
        {
            await Task.Delay(Plan.Length / 260, Simulated.Time);
            var (node, instrument) = (random.Next(), Venue.Instruments[random.Next(Plan.Instruments)].Instrument);
            var of = random.Next(3) == 0 ? ViewOf.Trades : ViewOf.Book;
            if (Nodes.Count > 0)
                _ = ReadOne(Nodes[node % Nodes.Count], of, instrument);
        }
    }

    /// <summary>One read, under all laws.</summary>
    /// <returns>What the answer said of itself; none where there was no answer.</returns>
    private async Task<Answer?> ReadOne(NodeHost node, ViewOf of, string instrument)
    {
        Reads++;
        Answer? seen = null;
        await node.Node.Run(async () =>
        {
            var begun = Simulated.Elapsed;
            Exception? failure = null;
            try
            {
                var asked = of == ViewOf.Book
                    ? node.Reader.Book(instrument, AllLevels, default)
                    : node.Reader.Trades(instrument, AllTrades, default);
                if ((await asked).View is { } view)
                    seen = new Answer(of, instrument, view.Freshness, view.Body);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                failure = e;
            }

            Check(law => law.ReadEnded(new ReadCourse(node.Name, instrument, begun, Simulated.Elapsed, failure)));
            Tell(node, seen, instrument, failure);
            if (seen is not null)
                Check(law => law.Answered(seen));
        });
        return seen;
    }

    private void Tell(NodeHost node, Answer? seen, string instrument, Exception? failure)
    {
        if (failure is not null)
            Reach.Count($"answer/{failure.GetType().Name}");
        else if (seen is not null)
            Reach.Count($"answer/{seen.Freshness.Status}");
        if (!Story.IsTold)
            return;
        Story.Tell(seen is { Freshness: var said }
            ? $"{node.Name} answers {instrument}, {seen.Of}: {said.Status} {said.Sequence} as of {said.Watermark:O} {said.Reason}"
            : $"{node.Name} does not answer {instrument}: {failure?.Message ?? "it is unknown"}");
    }

    /// <summary>The minutes of an instrument's trades.</summary>
    private async Task<Answer?> ReadCandles(NodeHost node, VenueInstrument instrument)
    {
        Answer? seen = null;
        await node.Node.Run(async () =>
        {
            var view = (await node.Reader.Candles(
                instrument.Instrument, CandleInterval.OneMinute, Venue.Opened.AddMinutes(-1), Venue.Now.AddMinutes(2), default)).View;
            seen = view is null ? null : new Answer(ViewOf.Candles, instrument.Instrument, view.Freshness, view.Body);
        });
        return seen;
    }
}
