using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>How a partition is read, delivered and checkpointed.</summary>
public sealed class PumpOptions
{
    /// <summary>Bytes of records that may wait to be applied, a partition. A full window pauses reading, never membership. Default 256 KiB.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int WindowBytes { get; set; } = 256 * 1024;

    /// <summary>Bytes that keys without progress may hold beside the window, a partition: calls that do not come back. Default 16 MiB.</summary>
    [Range(0, 1024 * 1024 * 1024)]
    public int StuckBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Bytes asked for in one read. Default 256 KiB.</summary>
    [Range(4 * 1024, 64 * 1024 * 1024)]
    public int ReadBytes { get; set; } = 256 * 1024;

    /// <summary>Records of one key in one call at most. Default 512.</summary>
    [Range(1, 100_000)]
    public int RunRecords { get; set; } = 512;

    /// <summary>Bytes of one key in one call, about. Default 64 KiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int RunBytes { get; set; } = 64 * 1024;

    /// <summary>The shortest time between checkpoints. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan CheckpointMin { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest time between checkpoints. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan CheckpointMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of state that one partition may write a second on average: the interval adapts to it. Default 8 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public int CheckpointBytesPerSecond { get; set; } = 8 * 1024 * 1024;

    /// <summary>Grains flushed at once at most, a partition. Default 256.</summary>
    [Range(1, 10_000)]
    public int FlushConcurrency { get; set; } = 256;

    /// <summary>How long a partition that goes away may go on with what it has read. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>With a full window, a key without progress for so long leaves its tail in the log. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan LeaveAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures of one record by its grain's own exception until its key is parked. Default 5.</summary>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>First wait after a failure; doubles up to <see cref="BackoffMax"/>. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan BackoffMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest wait after a failure. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan BackoffMax { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait after the failure number <paramref name="attempt"/>, from 1.</summary>
    public TimeSpan BackoffOf(int attempt)
    {
        var factor = Math.Pow(2, Math.Min(attempt - 1, 30));
        return TimeSpan.FromTicks((long)Math.Min(BackoffMin.Ticks * factor, BackoffMax.Ticks));
    }
}
