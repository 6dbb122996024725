using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using StreamForge.Hosting.Tls;

namespace StreamForge.Hosting;

/// <summary>
/// The console without what follows from a refused connection: the engine tells of each attempt, each call and each probe that failed, with a stack
/// trace each, many times a second. Why it was refused is a line of its own.
/// </summary>
[ProviderAlias("Console")]
internal sealed class QuietConsole(ILoggerProvider console) : ILoggerProvider, ISupportExternalScope
{
    /// <summary>Puts it in place of the console.</summary>
    public static void Replace(IServiceCollection services)
    {
        var console = services.Single(static service => service.ImplementationType == typeof(ConsoleLoggerProvider));
        services.Remove(console);
        services.AddSingleton<ILoggerProvider>(static provider => new QuietConsole(ActivatorUtilities.CreateInstance<ConsoleLoggerProvider>(provider)));
    }

    public ILogger CreateLogger(string categoryName) => new Logger(console.CreateLogger(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => (console as ISupportExternalScope)?.SetScopeProvider(scopeProvider);

    public void Dispose() => console.Dispose();

    private sealed class Logger(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is null || !LinkRefusedException.IsCauseOf(exception))
                inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
