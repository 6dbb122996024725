#if ENGINE_ORLEANS
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using StreamForge.Grains.Scheduling;

namespace StreamForge.Silo.Cluster;

/// <summary>
/// Asks every other silo, a few times a second, what grains of this one want to know of its partitions. One call at a time to each: a
/// silo that hangs delays no word of the others.
/// </summary>
internal sealed partial class StandingsExchange(
    ClusterStandings standings, SiloPeers peers, TimeProvider time, ILogger<StandingsExchange> logger) : BackgroundService
{
    /// <summary>An answer about a grain away from its partition is older by this at most, as long as all is well.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var underWay = new Dictionary<SiloAddress, Task>();
        try
        {
            while (true)
            {
                await Task.Delay(Interval, time, stoppingToken);
                foreach (var done in underWay.Where(call => call.Value.IsCompleted).Select(call => call.Key).ToArray())
                    underWay.Remove(done);
                foreach (var silo in peers.Others)
                    if (!underWay.ContainsKey(silo))
                        underWay[silo] = Ask(silo, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Asked to end.
        }
    }

    private async Task Ask(SiloAddress silo, CancellationToken stopping)
    {
        try
        {
            var questions = standings.QuestionsFor(silo);
            var answers = await peers.At(silo).Feeds(questions).OnThisTurn().WaitAsync(Patience, time, stopping);
            standings.Learn(silo, questions, answers);
        }
        catch (Exception error)
        {
            // What it said before stays true, and grows old; the next round asks again.
            NotTold(logger, silo, error.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "{Silo} does not tell how its partitions stand: {Reason}")]
    private static partial void NotTold(ILogger logger, SiloAddress silo, string reason);
}
#endif
