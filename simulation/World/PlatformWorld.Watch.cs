using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market;
using StreamForge.Silo.Storage;
using StreamForge.Simulation.Laws;

namespace StreamForge.Simulation.World;

/// <content>What storage and the log tell the laws.</content>
internal sealed partial class PlatformWorld : IStoreWatch, ICommitWatch
{
    private readonly Dictionary<PartitionKey, long> _epochs = [];

    /// <summary>What goes on outside of the nodes that no read may notice.</summary>
    public IEnumerable<string> Outside()
    {
        if (!Broker.IsUp)
            yield return "broker down";
        if (!States.IsUp)
            yield return "storage down";
        if (Weather.Of(Trouble.StoreFails) > 0 || Weather.Of(Trouble.StoreSlow) > 0)
            yield return "storage in trouble";
        if (Weather.Of(Trouble.SourceFails) > 0 || Weather.Of(Trouble.SourceSlow) > 0)
            yield return "source in trouble";
        if (Weather.Of(Trouble.LinkSilent) > 0)
            yield return "link silent";
    }

    RowWrite IStoreWatch.Storing(RowsOf rows, StateWrite write, string writer)
    {
        InstrumentState? state = null;
        if (write.Key.Kind == InstrumentGrain.StateName)
        {
            state = new InstrumentState();
            state.Read(write.Payload.Span, write.SchemaVersion);
        }

        var row = new RowWrite(write, writer, state);
        Check(law => law.Storing(row));
        return row;
    }

    void IStoreWatch.Stored(RowWrite write)
    {
        Reach.Count("stored/" + write.Key.Kind);
        Check(law => law.Stored(write));
    }

    void IStoreWatch.Refused(RowWrite write) => Check(law => law.Refused(write));

    void IStoreWatch.Deleting(StateKey key) => Check(law => law.Deleting(key));

    async Task ICommitWatch.Advancing(PartitionKey key, long lowWater)
    {
        var rows = new SortedDictionary<string, (long, string?)>(StringComparer.Ordinal);
        if (key.Topic != Topics.RawMarket)
            foreach (var (name, last) in Tap.LastBelow(key, lowWater))
                rows[name] = (last, await States.ETagOf(RowsOf.Grains, InstrumentGrain.StateName, name));

        Check(law => law.Advancing(key, lowWater, rows));
    }

    void ICommitWatch.Acquired(PartitionKey key, long epoch) => _epochs[key] = Math.Max(epoch, _epochs.GetValueOrDefault(key));

    long ICommitWatch.NewestEpoch(PartitionKey key) => _epochs.GetValueOrDefault(key);

    void ICommitWatch.Changed(PartitionKey key, long epoch, long newest) => Check(law => law.PartitionChanged(key, epoch, newest));

    void ICommitWatch.Losing(PartitionKey key, PartitionLoss loss) => Tap.Lose(key.Topic, key.LogId, key.Partition, loss.From, loss.To);

    void ICommitWatch.Parking(PartitionKey key, ParkedRow row) => Check(law => law.Parking(key, row));

    void ICommitWatch.Unparked(PartitionKey key, string recordKey) => Check(law => law.Unparked(key, recordKey));
}
