using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Embedded.Simulation;

namespace StreamForge.Tests.Engine.Embedded;

/// <summary>
/// A store of counters in a simulated world: it is slow, its answers get lost, and once a request has left its node the store
/// carries it out, whatever becomes of the node.
/// </summary>
public sealed class SimulatedStore(SimulatedWorld world) : IGrainStorage
{
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(20);

    private readonly TaskScheduler _own = world.CreateQueue("store");
    private readonly Dictionary<GrainId, (Counter Row, long Version)> _rows = [];

    /// <summary>One request in so many fails without an answer; 0 for none.</summary>
    public int FailureOdds { get; init; } = 10;

    /// <summary>How many writes met another version than they expected.</summary>
    public int Conflicts { get; private set; }

    public Counter Stored(GrainId id) => _rows.TryGetValue(id, out var stored) ? stored.Row : new Counter();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Ask(() =>
    {
        var exists = _rows.TryGetValue(grainId, out var stored);
        grainState.State = (T)(object)(exists ? stored.Row.Copy() : new Counter());
        (grainState.RecordExists, grainState.ETag) = (exists, exists ? stored.Version.ToString() : null);
    });

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var (expected, row) = (grainState.ETag, ((Counter)(object)grainState.State!).Copy());
        var written = 0L;
        await Ask(() =>
        {
            var (stored, version) = _rows.GetValueOrDefault(grainId);
            var current = stored is null ? null : version.ToString();
            if (current != expected)
            {
                Conflicts++;
                throw new InconsistentStateException("Somebody else wrote.", current, expected);
            }

            _rows[grainId] = (row, written = version + 1);
            world.Note($"stored {grainId} {row.Next} {row.Sum}");
        });
        (grainState.RecordExists, grainState.ETag) = (true, written.ToString());
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        Ask(() => _rows.Remove(grainId));

    private Task Ask(Action work) => Task.Factory.StartNew(
        async () =>
        {
            await Task.Delay(world.Chance(Slowness), world.Time);
            work();
            await Task.Delay(world.Chance(Slowness), world.Time);
            if (FailureOdds > 0 && world.Random.Next(FailureOdds) == 0)
                throw new IOException("The answer was lost.");
        },
        CancellationToken.None,
        TaskCreationOptions.None,
        _own).Unwrap();
}
