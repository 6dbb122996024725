using StreamForge.Hosting;

namespace StreamForge.ApiHost;

/// <summary>There is no client of a cluster on the embedded engine.</summary>
internal static class ApiProcess
{
    /// <exception cref="StartupException">Always.</exception>
    public static Task<int> Run(string[] args) =>
        throw new StartupException("a cluster needs the engine orleans; the embedded one never leaves one process") { ExitCode = ExitCodes.Usage };
}
