using StreamForge.Grains.Market;
using StreamForge.Silo.Storage;

namespace StreamForge.Simulation.Laws;

/// <summary>
/// What is stored never goes back: a row follows the one that its writer had read, positions and sequences in it never become less, and
/// whoever was refused does not come again with the same memory.
/// </summary>
internal sealed class OneWriterLaw : Law
{
    private readonly Dictionary<StateKey, string> _stored = [];
    private readonly Dictionary<StateKey, (string ETag, InstrumentState State)> _newest = [];
    // Writes whose outcome is not known: a storage that died may have made them durable and told nobody.
    private readonly Dictionary<StateKey, List<RowWrite>> _open = [];
    private readonly HashSet<(string Writer, StateKey Key, string? Expected)> _refused = [];

    private bool _isOfBackup;

    public override string Name => "L7 one writer";

    public override void Storing(RowWrite write)
    {
        var entity = write.Key.ToString();
        // Rows of JSON are told apart from none by being added once more: nothing is overwritten by that.
        var adds = write.Write.ExpectedETag is null && write.Key.Kind.StartsWith('$');
        if (!adds && _refused.Contains((write.Writer, write.Key, write.Write.ExpectedETag)))
            Broken(entity, $"{write.Writer} was refused, and comes again from {write.Write.ExpectedETag ?? "nothing"}");
        if (!_open.TryGetValue(write.Key, out var open))
            _open.Add(write.Key, open = []);
        open.Add(write);
    }

    public override void Stored(RowWrite write)
    {
        var (entity, expected) = (write.Key.ToString(), write.Write.ExpectedETag);
        Checked(write.Key.Kind == InstrumentGrain.StateName ? "instrument" : "other");
        // The same write again, since its first answer was lost: somebody else may have gone on from it, but then it is refused.
        var again = _stored.TryGetValue(write.Key, out var known) && known == write.Write.ETag;
        // Of what a backup holds nothing is known here before it is overwritten.
        if (!again && known != expected && (known is not null || !_isOfBackup) && !_open[write.Key].Exists(w => w.Write.ETag == expected))
            Broken(entity, $"{write.Writer} overwrote {known ?? "nothing"}, and had read {expected ?? "nothing"}");
        _stored[write.Key] = write.Write.ETag;
        _open[write.Key].RemoveAll(w => w.Write.ETag != write.Write.ETag);
        if (write.State is { } state)
            CheckForward(entity, write, state);
    }

    public override void Refused(RowWrite write)
    {
        Checked("refused");
        _open[write.Key].Remove(write);
        _refused.Add((write.Writer, write.Key, write.Write.ExpectedETag));
    }

    public override void PartitionChanged(PartitionKey key, long epoch, long newest)
    {
        Checked("epoch");
        if (epoch < newest)
            Broken($"{key.Topic}/{key.Partition}", $"a pump of epoch {epoch} changed the row, when {newest} had taken the partition over");
    }

    public override void Deleting(StateKey key)
    {
        _stored.Remove(key);
        _newest.Remove(key);
    }

    public override void StorageSetBack()
    {
        _stored.Clear();
        _newest.Clear();
        _open.Clear();
        _refused.Clear();
        _isOfBackup = true;
    }

    private void CheckForward(string entity, RowWrite write, InstrumentState state)
    {
        if (_newest.TryGetValue(write.Key, out var newest))
        {
            foreach (var before in newest.State.Feeds.Capture())
                foreach (var now in state.Feeds.Capture())
                    if (now.Topic == before.Topic && now.Position.LogId == before.Position.LogId
                        && now.Position.Partition == before.Position.Partition && now.Position.Offset < before.Position.Offset)
                        Broken(entity, $"{write.Writer} stored {now.Topic} through {now.Position.Offset}, where {before.Position.Offset} stood");
            if (state.BookSequence < newest.State.BookSequence)
                Broken(entity, $"{write.Writer} stored sequence {state.BookSequence} over {newest.State.BookSequence}");
        }

        _newest[write.Key] = (write.Write.ETag, state);
    }
}
