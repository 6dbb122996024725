using Microsoft.Extensions.Logging;

namespace StreamForge.Simulation.World;

/// <summary>Counts what the product logs, by event: its log messages stand at the branches that matter. Tells the story where asked.</summary>
internal sealed class EventCounter<T>(Reach reach, Story story) : ILogger<T>
{
    private static readonly string Category = typeof(T).Name;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        reach.Count($"log/{Category}.{eventId.Name ?? eventId.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        if (story.IsTold)
            story.Tell($"{Category}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})")}");
    }
}
