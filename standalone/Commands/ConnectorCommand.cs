using System.CommandLine;
using StreamForge.Hosting;
#if ENGINE_ORLEANS
using StreamForge.Standalone.Cluster;
#endif

namespace StreamForge.Standalone.Commands;

/// <summary><c>connector</c>: the connectors of a cluster as a process of their own.</summary>
internal static class ConnectorCommand
{
    public static Command Create()
    {
        var market = new MarketArguments();
        var command = new Command("connector", "Runs the connectors beside a cluster; its settings are in docs/cluster.md.");
        market.AddTo(command);
        command.SetAction((parsed, cancellation) => Run(market.Read(parsed), cancellation));
        return command;
    }

#if ENGINE_ORLEANS
    private static Task<int> Run(UpOptions options, CancellationToken cancellation) => ConnectorProcess.Run(options, cancellation);
#else
    private static Task<int> Run(UpOptions options, CancellationToken cancellation) =>
        throw new StartupException("a cluster needs the engine orleans; the embedded one never leaves one process") { ExitCode = ExitCodes.Usage };
#endif
}
