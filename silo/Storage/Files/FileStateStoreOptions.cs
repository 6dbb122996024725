using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Storage.Files;

/// <summary>How the state store of segment files behaves.</summary>
public sealed record FileStateStoreOptions
{
    /// <summary>The size at which a segment is sealed and the next one begun, bytes. Default 32 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public int SegmentBytes { get; init; } = 32 << 20;

    /// <summary>Compaction begins when files are larger than this, bytes. Default 128 MiB.</summary>
    [Range(1024, long.MaxValue)]
    public long CompactAboveBytes { get; init; } = 128 << 20;

    /// <summary>... and larger than so many times the rows that count. Default 2: at most half of the disk space is garbage.</summary>
    [Range(1.1, 100)]
    public double CompactAboveRatio { get; init; } = 2;

    /// <summary>Bytes of old rows that a commit moves at most, beside what is written: bounds what compaction costs writers. Default 4 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public int CompactSliceBytes { get; init; } = 4 << 20;

    /// <summary>The largest row, bytes. Default 64 MiB.</summary>
    [Range(1024, 1 << 30)]
    public int MaxRowBytes { get; init; } = 64 << 20;

    /// <summary>Rows that wait for the disk, bytes; beyond it writes fail at once. Default 512 MiB.</summary>
    [Range(1024, long.MaxValue)]
    public long MaxPendingBytes { get; init; } = 512 << 20;
}
