using System.Globalization;
using StreamForge.Development;
using StreamForge.Hosting;

namespace StreamForge.Standalone.Cluster;

/// <summary>
/// The Kafka and the PostgreSQL that a cluster runs on: those that were named, or else stand-ins that end with us and keep nothing: a
/// private server of the machine's own programs, and librdkafka's mock brokers in a process of their own.
/// </summary>
internal sealed class Surroundings : IDisposable
{
    private const string MockSession = "00:00:04";
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(5);
    private PostgresCluster? _postgres;
    private ManagedProcess? _kafka;

    /// <summary>The server of our own; none where one was named.</summary>
    public PostgresCluster? OwnPostgres => _postgres;

    /// <summary>The brokers of our own; none where some were named.</summary>
    public ManagedProcess? OwnKafka => _kafka;

    /// <summary>Settings of the processes that use them, as variables of the environment.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>What they are, for people.</summary>
    public string Kafka { get; private set; } = "";

    public string Postgres { get; private set; } = "";

    /// <exception cref="StartupException">Neither is named, nor can a stand-in be had.</exception>
    public static async Task<Surroundings> Start(ClusterPlan plan, CancellationToken cancellation)
    {
        var all = new Surroundings();
        try
        {
            all.StartPostgres(plan);
            await all.StartKafka(plan, cancellation);
            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    /// <summary>Ends what was started here, after all that use it.</summary>
    public async Task End()
    {
        if (_kafka is not null)
            await _kafka.End(EndWithin);
        _postgres?.Dispose();
    }

    public void Dispose()
    {
        _kafka?.Dispose();
        _postgres?.Dispose();
    }

    private void StartPostgres(ClusterPlan plan)
    {
        if (plan.Postgres is { } named)
        {
            Environment["StreamForge__Postgres__ConnectionString"] = named;
            Postgres = "the one that was named";
            return;
        }
        var programs = PostgresCluster.FindPrograms() ?? throw new StartupException(
            "there is no PostgreSQL on this machine (initdb, pg_ctl; Debian's package postgresql has them), and --postgres or POSTGRES names none");
        try
        {
            _postgres = PostgresCluster.Create(programs, "max_connections=200");
        }
        catch (InvalidOperationException error)
        {
            throw new StartupException(error.Message, error);
        }
        Environment["StreamForge__Postgres__ConnectionString"] = _postgres.ConnectionString + ";Database=postgres";
        Postgres = "a private one, which keeps nothing (--postgres or POSTGRES names another)";
    }

    private async Task StartKafka(ClusterPlan plan, CancellationToken cancellation)
    {
        if (plan.Kafka is { } named)
        {
            Environment["StreamForge__Kafka__BootstrapServers"] = named;
            Environment["StreamForge__Kafka__Prefix"] = plan.Prefix;
            Kafka = named;
            return;
        }
        _kafka = ManagedProcess.Start(
            "kafka", "StreamForge.Standalone", ["mock-kafka", "--partitions", plan.Partitions.ToString(CultureInfo.InvariantCulture)],
            new Dictionary<string, string>(), Path.Combine(plan.LogFolder, "kafka.log"), MockKafka.Announcement);
        Environment["StreamForge__Kafka__BootstrapServers"] = await _kafka.Said.WaitAsync(UpWithin, cancellation);
        // It knows neither topic ids nor the request that creates topics; and what it holds is of this run only.
        Environment["StreamForge__Kafka__TopicIds"] = "ByName";
        Environment["StreamForge__Kafka__CreateTopics"] = "false";
        // It lets every sharing anew last a second less than a session, whoever has come by then; real brokers wait for nobody but their members.
        Environment["StreamForge__Kafka__SessionTimeout"] = MockSession;
        Environment["StreamForge__Kafka__Incarnation"] = Guid.NewGuid().ToString("N");
        Kafka = "librdkafka's mock brokers, which keep nothing (--kafka or KAFKA_BOOTSTRAP names a real one)";
    }
}
