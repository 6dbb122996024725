using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Storage;

/// <summary>How grain state reaches the state store.</summary>
public sealed record CheckpointStorageOptions
{
    /// <summary>How often one read or write is tried when the store does not answer. Default 3.</summary>
    [Range(1, 20)]
    public int Attempts { get; init; } = 3;

    /// <summary>The wait before the second attempt; it doubles with each further one, with up to as much again by chance. Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan Backoff { get; init; } = TimeSpan.FromMilliseconds(100);
}
