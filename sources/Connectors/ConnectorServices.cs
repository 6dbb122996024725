using Microsoft.Extensions.Logging;

namespace StreamForge.Sources.Connectors;

/// <summary>What connectors need of the process that runs them.</summary>
public sealed record ConnectorServices
{
    public required TimeProvider Time { get; init; }

    public required ConnectorIds Ids { get; init; }

    public required ILogger Log { get; init; }

    /// <summary>For REST; its own time-out must be above <see cref="ConnectorOptions.RequestTimeout"/>.</summary>
    public required HttpClient Http { get; init; }
}
