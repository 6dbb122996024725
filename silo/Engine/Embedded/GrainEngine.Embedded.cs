#if ENGINE_EMBEDDED
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Embedded.Hosting;
using StreamForge.Embedded.Nodes;

namespace StreamForge.Silo.Engine;

public static partial class GrainEngine
{
    private const string EngineName = "embedded";

    static partial void AddEngine(IHostApplicationBuilder builder, GrainEngineOptions options)
    {
        builder.Logging.AddFilter("StreamForge.Embedded", LogLevel.Warning);
        builder.Services.AddEmbeddedEngine(
            new EngineOptions
            {
                ResponseTimeout = options.ResponseTimeout,
                CollectionAge = options.CollectionAge,
                ActivationTimeout = options.ActivationTimeout,
                DeactivationTimeout = options.ActivationTimeout,
            },
            options.GrainAssemblies);
    }
}
#endif
