using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>When appended bytes are made durable.</summary>
public enum FsyncPolicy
{
    /// <summary>With each group commit, before appends are acknowledged or seen: outlives a power cut.</summary>
    EachCommit = 0,

    /// <summary>When a segment is sealed or the log is closed: outlives the death of the process, not of the machine.</summary>
    OnSeal = 1,
}

/// <summary>How the log of segment files behaves.</summary>
public sealed record EmbeddedLogOptions
{
    /// <summary>The size at which a segment is sealed and the next one begun, bytes. Default 64 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public int SegmentBytes { get; init; } = 64 << 20;

    /// <summary>
    /// What a partition keeps at most, bytes, in whole segments: the oldest go, even before their topic's time. None (the default): only
    /// the topic's time counts.
    /// </summary>
    [Range(1024, long.MaxValue)]
    public long? RetentionBytes { get; init; }

    /// <summary>How often segments past their topic's time are looked for. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>When appends become durable. Default <see cref="FsyncPolicy.EachCommit"/>.</summary>
    [EnumDataType(typeof(FsyncPolicy))]
    public FsyncPolicy Fsync { get; init; } = FsyncPolicy.EachCommit;

    /// <summary>The largest record, bytes of key, value and headers together. Default 8 MiB.</summary>
    [Range(1024, 256 << 20)]
    public int MaxRecordBytes { get; init; } = 8 << 20;

    /// <summary>Appends that wait for the disk, bytes; beyond it appends fail at once. Default 256 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public long MaxPendingBytes { get; init; } = 256 << 20;

    /// <summary>The newest records of a partition that are kept in memory for its readers, bytes. Default 256 KiB.</summary>
    [Range(0, int.MaxValue)]
    public int TailCacheBytes { get; init; } = 256 << 10;

    /// <summary>Bytes of a segment between two entries of its index in memory. Default 16 KiB.</summary>
    [Range(256, 16 << 20)]
    public int IndexIntervalBytes { get; init; } = 16 << 10;

    /// <summary>How long a member may take to drain when a partition is revoked; then it is taken. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan RevokeTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
