using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Storage.Files;

/// <summary>Pauses in the files of the partitions' rows.</summary>
public sealed class FilePauseStore(IStateStore rows, IIdSource ids) : IPauseStore
{
    private readonly JsonRows<PausedPartition> _rows = new(rows, "$pause", ids);

    public ValueTask<bool> Pause(PausedPartition partition, CancellationToken cancellation) =>
        _rows.Write(IdOf(partition.Topic, partition.Partition), partition, expected: null, cancellation);

    public async ValueTask<bool> Resume(string topic, int partition, CancellationToken cancellation)
    {
        var id = IdOf(topic, partition);
        // Whoever changes it between the two makes another pause of it.
        while (await _rows.Read(id, cancellation) is { } row)
            if (await _rows.Delete(id, row.ETag, cancellation))
                return true;
        return false;
    }

    public ValueTask<IReadOnlyList<PausedPartition>> ListPaused(CancellationToken cancellation) => _rows.ReadAll(cancellation);

    private static string IdOf(string topic, int partition) => string.Create(null, $"{topic}/{partition:D5}");
}
