using System.CommandLine;
using StreamForge.Hosting;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;

// The one executable behind ./platform up and ./platform exchange.
var root = new RootCommand("StreamForge: a cache fed by events that is right, or says that it is not.")
{
    UpCommand.Create(PlatformSeams.None),
    ExchangeCommand.Create(),
    ConnectorCommand.Create(),
    ClusterCommand.Create(),
    TokenCommand.Create(),
    MockKafkaCommand.Create(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine($"platform: {error.Message}");
    return ExitCodes.Usage;
}
try
{
    // Each command sees to Ctrl-C itself, so that it ends in order.
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (StartupException error)
{
    Console.Error.WriteLine($"platform: {error.Message}");
    return error.ExitCode;
}
