using System.CommandLine;
using Microsoft.Extensions.Logging;
using StreamForge.Hosting;
using StreamForge.Sources.Exchange;
using StreamForge.Sources.Recordings;

namespace StreamForge.Standalone.Commands;

/// <summary><c>exchange</c>: the simulated exchange as a process of its own, with faults on demand.</summary>
internal static class ExchangeCommand
{
    public static Command Create()
    {
        var command = new Command(
            "exchange", "Runs the simulated exchange. It also serves /sim/status, /sim/faults, /sim/advance, /sim/pause and /sim/resume.");
        var readers = new List<Func<ParseResult, IEnumerable<string>>>();
        foreach (var option in ExchangeCommandOptions.All)
            readers.Add(option.Value is null ? AddSwitch(command, option) : AddValue(command, option));
        command.SetAction((parsed, cancellation) =>
        {
            ExchangeOptions options;
            try
            {
                options = ExchangeCommandOptions.Parse([.. readers.SelectMany(read => read(parsed))]);
            }
            catch (FormatException error)
            {
                throw new StartupException(error.Message, error) { ExitCode = ExitCodes.Usage };
            }
            return Run(options, cancellation);
        });
        return command;
    }

    private static Func<ParseResult, IEnumerable<string>> AddSwitch(Command command, ExchangeCommandOption option)
    {
        var parsed = new Option<bool>(option.Name) { Description = option.Help };
        command.Add(parsed);
        return result => result.GetValue(parsed) ? [option.Name] : [];
    }

    private static Func<ParseResult, IEnumerable<string>> AddValue(Command command, ExchangeCommandOption option)
    {
        var parsed = new Option<string[]>(option.Name)
        {
            Description = option.Help,
            HelpName = option.Value,
            AllowMultipleArgumentsPerToken = option.Name == "--replay",
        };
        command.Add(parsed);
        return result => (result.GetValue(parsed) ?? []).SelectMany(value => new[] { option.Name, value });
    }

    private static async Task<int> Run(ExchangeOptions options, CancellationToken cancellation)
    {
        using var loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            // What goes wrong at the start is one line of ours.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
            .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "))
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        await using var exchange = new ExchangeHost(options, TimeProvider.System, loggers);
        try
        {
            await exchange.StartAsync(cancellation);
        }
        catch (Exception error) when (error is RecordingException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new StartupException(error.Message, error);
        }
        // One line for scripts that wait for the address.
        Console.WriteLine($"exchange: {VenueNames.NameOf(exchange.Venue)} at {exchange.HttpEndpoint}");
        Console.Error.WriteLine($"exchange: {exchange.Symbols.Count} symbols; status at {exchange.HttpEndpoint}sim/status; Ctrl-C ends.");
        if (options.Playback.WaitForSubscribers && exchange.Progress.WaitingFor.Count is > 0 and var awaited)
            Console.Error.WriteLine($"exchange: waits until its {awaited} depth and trade streams are subscribed to; --no-wait starts at once, --expect names fewer.");
        using var signal = new ShutdownSignal(cancellation);
        await signal.Wait();
        await exchange.StopAsync(CancellationToken.None);
        return ExitCodes.Ok;
    }
}
