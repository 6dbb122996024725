using Microsoft.Extensions.Logging;
using StreamForge.Embedded.Simulation;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.Files;

namespace StreamForge.Simulation.World;

/// <summary>Which rows: those of grains, or those of partitions.</summary>
internal enum RowsOf
{
    Grains = 0,
    Partitions = 1,
}

/// <summary>Storage as a service of the world: the platform's own stores of files, in a process that can die or be set back in time.</summary>
internal sealed class StateService(SimulatedWorld world, SimulatedFileSystem[] disks, ILogger logger)
{
    private static readonly FileStateStoreOptions Options = new()
    {
        SegmentBytes = 256 << 10,
        CompactAboveBytes = 1 << 20,
        CompactSliceBytes = 64 << 10,
    };

    private readonly SimulatedFileSystem[] _backups = [.. disks.Select(disk => disk.Copy())];
    private readonly FileStateStore?[] _stores = new FileStateStore?[disks.Length];
    private SimulatedProcess? _process;
    private int _lives;

    public IReadOnlyList<SimulatedFileSystem> Disks => disks;

    public bool IsUp { get; private set; }

    /// <summary>Grows when storage was set back: what was stored before no longer counts.</summary>
    public int Restored { get; private set; }

    public async Task Start()
    {
        _process = world.CreateProcess($"storage{++_lives}");
        for (var i = 0; i < disks.Length; i++)
        {
            var disk = disks[i];
            _stores[i] = await _process.Run(async () => await FileStateStore.Open(disk, Options, world.Time, logger));
        }

        IsUp = true;
    }

    public void Crash()
    {
        IsUp = false;
        _process?.Crash();
        foreach (var disk in disks)
            disk.Crash(world.Random);
    }

    public void Pause() => _process?.Pause();

    public void Resume() => _process?.Resume();

    /// <summary>Keeps what is durable now.</summary>
    public void BackUp()
    {
        for (var i = 0; i < disks.Length; i++)
            _backups[i] = disks[i].Copy();
    }

    /// <summary>Everything as it was at the last backup. The service must be down.</summary>
    public void SetBack()
    {
        for (var i = 0; i < disks.Length; i++)
            disks[i].Restore(_backups[i]);
        Restored++;
    }

    /// <summary>Runs something on the service; its answer comes only while it lives.</summary>
    /// <exception cref="StateStoreException">It is down, or died before it answered.</exception>
    public async Task<T> Ask<T>(RowsOf rows, Func<FileStateStore, ValueTask<T>> work, TimeSpan patience)
    {
        if (!IsUp || _process is not { } process)
            throw new StateStoreException("Storage is down.");
        try
        {
            return await process.Run(async () => await work(_stores[(int)rows]!)).WaitAsync(patience, world.Time, process.Ended);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException or ObjectDisposedException)
        {
            throw new StateStoreException("Storage did not answer.", e);
        }
    }

    /// <summary>What stands there now, without asking over the network: for the laws.</summary>
    /// <exception cref="StateStoreException">It is down, or died before it answered.</exception>
    public Task<string?> ETagOf(RowsOf rows, string kind, string id) =>
        Ask(rows, store => store.CurrentETag(kind, id, CancellationToken.None), Timeout.InfiniteTimeSpan);
}
