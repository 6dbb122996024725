using Microsoft.Extensions.DependencyInjection;
using StreamForge.Silo.Files;

namespace StreamForge.Standalone.Hosting;

/// <summary>Where tests and benchmarks reach into a platform that is otherwise put together as always.</summary>
internal sealed record PlatformSeams
{
    /// <summary>Nothing is changed.</summary>
    public static PlatformSeams None { get; } = new();

    /// <summary>Changes services before the host is built.</summary>
    public Action<IServiceCollection> Services { get; init; } = static _ => { };

    /// <summary>Puts something before the files of a folder of the data: <c>log</c>, <c>state</c> or <c>partitions</c>.</summary>
    public Func<string, IFileSystem, IFileSystem> Files { get; init; } = static (_, disk) => disk;
}
