using StreamForge.Embedded.Simulation;
using StreamForge.Grains.State;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.World;

/// <summary>Storage as one process of the platform reaches it: requests are late, fail, or lose their answers.</summary>
internal sealed class RemoteStates(
    StateService service, RowsOf rows, SimulatedWorld world, Weather weather, Reach reach, IStoreWatch watch) : IStateStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(800);

    public ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation) =>
        Ask(store => store.Read(key, CancellationToken.None), cancellation);

    public ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation) => Ask(
        async store =>
        {
            watch.Storing(rows, write);
            var outcome = await store.Write(write, CancellationToken.None);
            if (outcome.Written)
                watch.Stored(rows, write);
            return outcome;
        },
        cancellation);

    public ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation) =>
        Ask(store => store.Delete(key, expectedETag, CancellationToken.None), cancellation);

    public ValueTask<IReadOnlyList<StateEntry>> Query(StateQuery query, CancellationToken cancellation) =>
        Ask(store => store.Query(query, CancellationToken.None), cancellation);

    public ValueTask<string?> CurrentETag(string kind, string id, CancellationToken cancellation) =>
        Ask(store => store.CurrentETag(kind, id, CancellationToken.None), cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<T> Ask<T>(
        Func<Silo.Storage.Files.FileStateStore, ValueTask<T>> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (Strikes(Trouble.StoreFails))
        {
            await Task.Delay(world.Chance(Slow), world.Time, cancellation);
            throw new StateStoreException("The request was lost.");
        }

        if (Strikes(Trouble.StoreSlow))
            await Task.Delay(world.Chance(Slow), world.Time, cancellation);
        var answer = await service.Ask(rows, work, Patience);
        if (Strikes(Trouble.StoreAmbiguous))
            throw new StateStoreException("The answer was lost.");
        return answer;
    }

    private bool Strikes(string kind)
    {
        if (!weather.Strikes(kind))
            return false;
        reach.Count("strike/" + kind);
        return true;
    }
}

/// <summary>Told what has become durable.</summary>
internal interface IStoreWatch
{
    /// <summary>A conditional write has come to the storage: it may succeed. Runs on the storage.</summary>
    void Storing(RowsOf rows, StateWrite write);

    /// <summary>A conditional write has succeeded. Runs on the storage, before anybody hears of it.</summary>
    void Stored(RowsOf rows, StateWrite write);
}
