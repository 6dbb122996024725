using System.Runtime.InteropServices;
using StreamForge.Contracts.Streams;
using StreamForge.Development;
using StreamForge.Hosting;
using StreamForge.Silo.Streaming.Kafka;

namespace StreamForge.Standalone.Cluster;

/// <summary>
/// librdkafka's mock brokers as a process of their own, until it is asked to end. SIGUSR1 cuts all connections and refuses new ones, SIGUSR2
/// takes them again.
/// </summary>
internal static class MockKafka
{
    /// <summary>What the line with the bootstrap servers begins with.</summary>
    public const string Announcement = "kafka: ";

    // A member that comes second is waited for a moment, so that a cluster that starts does not share its partitions twice.
    private static readonly TimeSpan WaitForMembers = TimeSpan.FromMilliseconds(500);

    /// <exception cref="StartupException">There is no native library.</exception>
    public static async Task<int> Run(int partitions, CancellationToken cancellation)
    {
        if (!KafkaNative.IsAvailable(out var problem))
            throw new StartupException(problem!);
        using var signal = new ShutdownSignal(cancellation);
        using var cluster = new MockCluster(rebalanceDelay: WaitForMembers);
        foreach (var topic in new[] { Topics.RawMarket, Topics.MarketDepth, Topics.MarketTrades, Topics.DeadLetters })
            cluster.CreateTopic(topic, partitions);
        using var cut = OnSignal(UnixSignal.User1, () => cluster.StopBroker());
        using var mend = OnSignal(UnixSignal.User2, () => cluster.StartBroker());
        Console.WriteLine(Announcement + cluster.BootstrapServers);
        await signal.Wait();
        return ExitCodes.Ok;
    }

    /// <summary>None where the machine has no such signals.</summary>
    private static PosixSignalRegistration? OnSignal(UnixSignal signal, Action act) => OperatingSystem.IsWindows() ? null
        : PosixSignalRegistration.Create((PosixSignal)ManagedProcess.NumberOf(signal), context =>
        {
            context.Cancel = true;
            act();
        });
}
