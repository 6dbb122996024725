using System.ComponentModel.DataAnnotations;

namespace StreamForge.Embedded.Nodes;

/// <summary>How a node treats calls and idle grains. The defaults are those of Orleans.</summary>
public sealed record EngineOptions
{
    /// <summary>How long a caller waits for an answer; the grain goes on. From 1 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An activation that nobody used for so long ends. From 1 ms to 10 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "10.00:00:00")]
    public TimeSpan CollectionAge { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long construction, reading state and OnActivateAsync may take together. From 1 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan ActivationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long OnDeactivateAsync may take. From 1 ms to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan DeactivationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often late calls and idle activations are looked for: a quarter of the shorter time, from 1 ms to 1 s.</summary>
    public TimeSpan SweepInterval => TimeSpan.FromTicks(Math.Clamp(
        Math.Min(ResponseTimeout.Ticks, CollectionAge.Ticks) / 4, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerSecond));
}
