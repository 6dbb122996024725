using StreamForge.ApiHost;
using StreamForge.Hosting;

// The client API: REST and server-sent events over the grains of a cluster. Configuration: docs/cluster.md.
try
{
    return await ApiProcess.Run(args);
}
catch (StartupException error)
{
    Console.Error.WriteLine($"client-api: {error.Message}");
    return error.ExitCode;
}
