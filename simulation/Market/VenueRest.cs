using System.Globalization;
using System.Text;
using StreamForge.Embedded.Simulation;
using StreamForge.Sources.Connectors;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Market;

/// <summary>
/// The venue's answers to requests. The venue itself counts how many it works on at once: a caller that no longer waits does not
/// end the work.
/// </summary>
internal sealed class VenueRest(SimulatedWorld world, Weather weather, Reach reach, Venue venue, Action<int> working) : IVenueRest
{
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly TaskScheduler _own = world.CreateQueue("venue");
    private int _working;

    /// <summary>Requests that came in.</summary>
    public long Requests { get; private set; }

    public async Task<RestAnswer> Get(string path, CancellationToken cancellation)
    {
        var work = Task.Factory.StartNew(() => Work(path), CancellationToken.None, TaskCreationOptions.None, _own).Unwrap();
        try
        {
            return await work.WaitAsync(Patience, world.Time, cancellation);
        }
        catch (TimeoutException)
        {
            return RestAnswer.Lost($"no answer within {Patience}");
        }
    }

    private async Task<RestAnswer> Work(string path)
    {
        working(++_working);
        Requests++;
        try
        {
            await Task.Delay(world.Chance(Strikes(Trouble.SourceSlow) ? Slow : Usual), world.Time);
            if (Strikes(Trouble.SourceFails))
                return RestAnswer.Failed("the venue answered 500");
            var body = Answer(path, Strikes(Trouble.SourceOld) ? 1 + world.Random.Next(20) : 0);
            return Strikes(Trouble.SourceAnswerLost) ? RestAnswer.Lost("the connection broke") : new RestAnswer(body, default);
        }
        finally
        {
            _working--;
        }
    }

    private byte[] Answer(string path, int age)
    {
        var (method, query) = (path[..path.IndexOf('?')], Query(path));
        var instrument = venue.Find(query["symbol"]) ?? throw new InvalidOperationException($"There is no {path}.");
        var limit = int.Parse(query["limit"], CultureInfo.InvariantCulture);
        var text = method switch
        {
            "depth" => instrument.Snapshot(age),
            "trades" => instrument.Trades(null, limit, age),
            _ => instrument.Trades(long.Parse(query["fromId"], CultureInfo.InvariantCulture), limit, age),
        };
        return Encoding.UTF8.GetBytes(text);
    }

    private static Dictionary<string, string> Query(string path) => path[(path.IndexOf('?') + 1)..].Split('&')
        .Select(part => part.Split('=')).ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);

    private bool Strikes(string kind)
    {
        if (!weather.Strikes(kind))
            return false;
        reach.Count("strike/" + kind);
        return true;
    }
}
