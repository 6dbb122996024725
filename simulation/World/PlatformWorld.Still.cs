using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Simulation.Laws;

namespace StreamForge.Simulation.World;

/// <content>A key that stands still beside others that must not, and the operator who lets it go on.</content>
internal sealed partial class PlatformWorld
{
    private static readonly TimeSpan StillFor = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan StillStep = TimeSpan.FromMilliseconds(50);
    private const int LargeBytes = 1 << 20;

    /// <summary>The key that stands still now; none at other times.</summary>
    public StandingStill? Still { get; private set; }

    /// <summary>After all trouble: one key stands still, the market goes on, and the others are read.</summary>
    private async Task StandStill(Random random)
    {
        var chosen = random.Next(Plan.Instruments);
        var (by, instrument) = ((StillBy)random.Next(5), Venue.Instruments[chosen].Instrument);
        Note($"{instrument} stands still: {by}");
        if (by is StillBy.Defect or StillBy.SlowCalls or StillBy.NoAnswers)
            Ailments.Begin(instrument, by switch { StillBy.Defect => Ailment.Throws, StillBy.SlowCalls => Ailment.Slow, _ => Ailment.Unanswered });
        Still = new StandingStill(by, instrument, Simulated.Elapsed);
        for (var steps = 0; Simulated.Elapsed - Still.Since < StillFor; steps++)
        {
            await Task.Delay(StillStep, Simulated.Time);
            Venue.Step();
            if (steps % 20 == 0)
                Burden(by, chosen, steps);
            var (read, of) = (Venue.Instruments[random.Next(Plan.Instruments)].Instrument, (ViewOf)random.Next(2));
            if (steps % 3 == 0)
                _ = ReadOne(Heard[random.Next(Heard.Count)], of, read);
        }

        Still = null;
        Ailments.EndAll();
        Note($"{instrument} stands still no more");
    }

    /// <summary>More for the one key than one window holds.</summary>
    private void Burden(StillBy by, int chosen, int steps)
    {
        switch (by)
        {
            case StillBy.Poison:
                Venue.Poison(chosen, steps / 20);
                break;
            case StillBy.LargeRecord when steps == 20:
                Venue.Large(chosen, LargeBytes);
                break;
            default:
                Venue.Avalanche(chosen, 60);
                break;
        }
    }

    /// <summary>Retention is far too short for a while: what readers have not read is taken from them.</summary>
    public async Task Retain(TimeSpan length)
    {
        for (var until = Simulated.Elapsed + length; Simulated.Elapsed < until;)
        {
            foreach (var topic in new[] { Topics.RawMarket, Topics.MarketDepth, Topics.MarketTrades })
                for (var partition = 0; partition < Plan.Partitions && Broker.IsUp; partition++)
                    await Broker.Drop(new TopicPartition(topic, partition));
            await Task.Delay(TimeSpan.FromMilliseconds(300), Simulated.Time);
        }
    }
}
