using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamForge.Silo.Engine;

namespace StreamForge.Tests.Engine;

/// <summary>A host of the engine that the tests are built for, as the platform itself starts it.</summary>
public class EngineFixture : IAsyncLifetime
{
    private IHost? _host;

    public Probe Probe { get; } = new();

    public MemoryStorage Storage { get; private set; } = null!;

    public IGrainFactory Grains => _host!.Services.GetRequiredService<IGrainFactory>();

    protected virtual GrainEngineOptions Options => new() { GrainAssemblies = [typeof(EngineFixture).Assembly] };

    public async ValueTask InitializeAsync()
    {
        Storage = new MemoryStorage(Probe);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(Probe);
        builder.AddGrainEngine(Options, _ => Storage);
        _host = builder.Build();
        await _host.StartAsync();
    }

    /// <summary>Stops the host in order, before the end of the tests.</summary>
    public Task Stop() => _host!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host!.StopAsync();
        _host.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A host where callers lose patience after a second, and idle grains end after one.</summary>
public sealed class ImpatientFixture : EngineFixture
{
    protected override GrainEngineOptions Options =>
        base.Options with { ResponseTimeout = TimeSpan.FromSeconds(1), CollectionAge = TimeSpan.FromSeconds(1) };
}
