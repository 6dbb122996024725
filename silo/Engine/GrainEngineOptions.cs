using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace StreamForge.Silo.Engine;

/// <summary>How grains are hosted; the same on either engine.</summary>
public sealed record GrainEngineOptions
{
    /// <summary>How long a caller waits for an answer; the grain goes on. From 100 ms to 1 h, by default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A grain that nobody used for so long is deactivated. From 1 s to 10 days, by default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "10.00:00:00")]
    public TimeSpan CollectionAge { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a grain may take to activate, and to deactivate. From 1 s to 1 h, by default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ActivationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where grain classes are; by default the platform's own.</summary>
    public IReadOnlyList<Assembly> GrainAssemblies { get; init; } = [typeof(Grains.State.IStoredState).Assembly];
}
