using System.Diagnostics;
using System.Globalization;
using StreamForge.Drills.Checking;
using StreamForge.Drills.Watching;
using StreamForge.Grains.Integrity.Governor;

namespace StreamForge.Drills.Chaos;

/// <summary>
/// One disaster after the other, by seed, under load and with somebody who reads all the time; and in the end all that the platform serves
/// must equal what the exchange says, the counters must add up, and the exchange must not have been asked more at once than it bears.
/// </summary>
internal sealed class ChaosRun(IChaosRig rig, int seed, Action<string> say)
{
    private const double LongestQuiet = 8;

    // A restart after the last one, and what the venue's permits of before hold up.
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMinutes(3);

    /// <param name="length">Until the last disaster begins.</param>
    /// <exception cref="DrillFailedException">Something does not hold in the end; it is named.</exception>
    public Task Run(TimeSpan length, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        return RunWhile(_ => Stopwatch.GetElapsedTime(began) < length, cancellation);
    }

    /// <summary>So many disasters.</summary>
    /// <inheritdoc cref="Run"/>
    public Task RunTimes(int disasters, CancellationToken cancellation) => RunWhile(number => number <= disasters, cancellation);

    private async Task RunWhile(Func<int, bool> goesOn, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var began = Stopwatch.GetTimestamp();
        await using var reader = new SteadyReader(rig.Api.BaseAddress!, rig.Exchange.Symbols);
        // Each of them once before any of them twice.
        var turn = new Queue<Disaster>();
        for (var number = 1; goesOn(number); number++)
        {
            if (turn.Count == 0)
                turn = new Queue<Disaster>(Shuffled(rig.Disasters, random));
            var disaster = turn.Dequeue();
            say(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds,5:0} s  {number}: {disaster.Name}"));
            await disaster.Strike(random, cancellation);
            await Chance.Pause(random, LongestQuiet, cancellation);
        }
        say("looking whether all is well");
        // Before the check, which asks the exchange, too.
        var asked = (await rig.Exchange.Status()).GetProperty("rest").GetProperty("maxConcurrent").GetInt32();
        await new MarketCheck(rig.Exchange, rig.Api).Equal(SettlesWithin, cancellation);
        await reader.End();
        say($"books, trades and candles equal the exchange's; it was asked {asked} at once at most; the reader: {reader}");
        if (asked > new GovernorOptions().MaxConcurrent)
            throw new DrillFailedException($"The exchange was asked {asked} at once, where {new GovernorOptions().MaxConcurrent} are allowed.");
        if (reader.StepsBack.Count > 0)
            throw new DrillFailedException($"Live answers went back: {string.Join("; ", reader.StepsBack)}");
    }

    private static Disaster[] Shuffled(IReadOnlyList<Disaster> disasters, Random random)
    {
        var all = disasters.ToArray();
        random.Shuffle(all);
        return all;
    }
}
