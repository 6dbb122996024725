using StreamForge.Hosting;

namespace StreamForge.SiloHost;

/// <summary>There is no silo on the embedded engine.</summary>
internal static class SiloProcess
{
    /// <exception cref="StartupException">Always.</exception>
    public static Task<int> Run(string[] args) =>
        throw new StartupException("a cluster needs the engine orleans; the embedded one never leaves one process") { ExitCode = ExitCodes.Usage };
}
