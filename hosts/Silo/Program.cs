using StreamForge.Hosting;
using StreamForge.SiloHost;

// A silo: a process that hosts grains and pumps. Configuration: docs/cluster.md.
try
{
    return await SiloProcess.Run(args);
}
catch (StartupException error)
{
    Console.Error.WriteLine($"silo: {error.Message}");
    return error.ExitCode;
}
