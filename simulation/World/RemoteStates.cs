using StreamForge.Embedded.Simulation;
using StreamForge.Grains.State;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.World;

/// <summary>Storage as one process of the platform reaches it: requests are late, fail, or lose their answers.</summary>
internal sealed class RemoteStates(
    StateService service, RowsOf rows, string process, SimulatedWorld world, Weather weather, Reach reach, IStoreWatch watch) : IStateStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(800);

    public ValueTask<StateRow?> Read(StateKey key, CancellationToken cancellation) =>
        Ask(store => store.Read(key, CancellationToken.None), cancellation);

    public async ValueTask<WriteOutcome> Write(StateWrite write, CancellationToken cancellation)
    {
        Laws.RowWrite? row = null;
        var answer = await Ask(
            async store =>
            {
                row = watch.Storing(rows, write, process);
                var outcome = await store.Write(write, CancellationToken.None);
                if (outcome.Written)
                    watch.Stored(row);
                return outcome;
            },
            cancellation);
        if (!answer.Written)
            watch.Refused(row!);
        return answer;
    }

    public ValueTask<WriteOutcome> Delete(StateKey key, string expectedETag, CancellationToken cancellation) =>
        Ask(
            store =>
            {
                watch.Deleting(key);
                return store.Delete(key, expectedETag, CancellationToken.None);
            },
            cancellation);

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
    /// <returns>What the others are told with.</returns>
    Laws.RowWrite Storing(RowsOf rows, StateWrite write, string writer);

    /// <summary>A conditional write has succeeded. Runs on the storage, before anybody hears of it.</summary>
    void Stored(Laws.RowWrite write);

    /// <summary>A conditional write was refused, and its writer knows.</summary>
    void Refused(Laws.RowWrite write);

    /// <summary>A row may be deleted.</summary>
    void Deleting(StateKey key);
}
