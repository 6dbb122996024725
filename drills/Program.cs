using System.CommandLine;
using StreamForge.Drills;
using StreamForge.Drills.Chaos;
using StreamForge.Hosting;

// What is done to real processes to see what they bear.
var root = new RootCommand("StreamForge: drills.") { ChaosCommand.Create() };
var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        Console.Error.WriteLine($"chaos: {error.Message}");
    return ExitCodes.Usage;
}
try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception error) when (error is StartupException or DrillFailedException)
{
    Console.Error.WriteLine($"chaos: {error.Message}");
    return ExitCodes.CannotStart;
}
