using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;

namespace StreamForge.Silo.Engine;

/// <summary>Hosts grains on the engine that the platform is built for.</summary>
public static partial class GrainEngine
{
    /// <summary>The name that grains know their storage by: <c>[PersistentState("...", GrainEngine.CheckpointStorage)]</c>.</summary>
    public const string CheckpointStorage = "checkpoint";

    /// <summary><c>orleans</c> or <c>embedded</c>.</summary>
    public static string Name => EngineName;

    /// <summary>
    /// Adds the engine: grains are active from the host's start to its stop, which deactivates them in order, bounded by the
    /// host's shutdown time-out. <see cref="IGrainFactory"/> and <see cref="IClusterClient"/> become services.
    /// </summary>
    /// <param name="checkpointStorage">Makes the storage of grain state, once.</param>
    /// <exception cref="ValidationException">An option is out of its range; all that are, in one message.</exception>
    public static TBuilder AddGrainEngine<TBuilder>(
        this TBuilder builder, GrainEngineOptions options, Func<IServiceProvider, IGrainStorage> checkpointStorage)
        where TBuilder : IHostApplicationBuilder
    {
        AddStorage(builder, options, checkpointStorage);
        AddEngine(builder, options);
        return builder;
    }

    static partial void AddEngine(IHostApplicationBuilder builder, GrainEngineOptions options);

    private static void AddStorage(
        IHostApplicationBuilder builder, GrainEngineOptions options, Func<IServiceProvider, IGrainStorage> checkpointStorage)
    {
        Validate(options);
        builder.Services.AddKeyedSingleton<IGrainStorage>(CheckpointStorage, (services, _) => checkpointStorage(services));
    }

    private static void Validate(GrainEngineOptions options)
    {
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), errors, validateAllProperties: true))
            throw new ValidationException(string.Join(" ", errors.Select(error => error.ErrorMessage)));
    }
}
