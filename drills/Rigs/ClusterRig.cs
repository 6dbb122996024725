using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using StreamForge.Development;
using StreamForge.Standalone.Cluster;
using StreamForge.Standalone.Commands;
using StreamForge.Standalone.Hosting;

namespace StreamForge.Drills.Rigs;

/// <summary>
/// A cluster of real processes under the load of an exchange of its own, as <c>./platform cluster</c> starts it, and what may be done to it.
/// Its PostgreSQL is always a private one.
/// </summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    private static readonly TimeSpan UpWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan SiloEnd = TimeSpan.FromSeconds(25);
    private readonly Surroundings _surroundings;
    private readonly string _prefix;

    private ClusterRig(ClusterRigOptions options, ExchangeProcess exchange, Surroundings surroundings, ClusterProcesses processes, Uri api)
    {
        Options = options;
        Exchange = exchange;
        _surroundings = surroundings;
        Processes = processes;
        Api = new HttpClient { BaseAddress = api, Timeout = TimeSpan.FromSeconds(20) };
        _prefix = processes.Prefix;
        Rows = new PartitionRows(surroundings.Environment["StreamForge__Postgres__ConnectionString"]);
    }

    public ClusterRigOptions Options { get; }

    public ExchangeProcess Exchange { get; }

    public ClusterProcesses Processes { get; }

    public HttpClient Api { get; }

    /// <summary>The rows of partitions, as the database has them.</summary>
    public PartitionRows Rows { get; }

    public PostgresCluster Postgres => _surroundings.OwnPostgres!;

    /// <summary>Where database and brokers are, as variables of the environment.</summary>
    public IReadOnlyDictionary<string, string> Whereabouts => _surroundings.Environment;

    /// <summary>Mock brokers; none where real ones were named.</summary>
    public ManagedProcess? Brokers => _surroundings.OwnKafka;

    public IReadOnlyList<string> Symbols => Exchange.Symbols;

    /// <summary>Starts all of it and returns when every instrument is live.</summary>
    public static async Task<ClusterRig> Start(ClusterRigOptions options, CancellationToken cancellation)
    {
        var exchange = await ExchangeProcess.Start(options.Instruments, options.Rate, options.Seed, options.Folder, cancellation);
        Surroundings? surroundings = null;
        ClusterProcesses? processes = null;
        try
        {
            if (options.Held)
                await exchange.Pause();
            var plan = PlanOf(options, exchange);
            Directory.CreateDirectory(plan.LogFolder);
            surroundings = await Surroundings.Start(plan, cancellation);
            processes = ClusterProcesses.Start(plan, surroundings.Environment);
            var rig = new ClusterRig(options, exchange, surroundings, processes, new Uri($"http://127.0.0.1:{plan.Port}/"));
            await rig.AllLive(UpWithin, cancellation);
            return rig;
        }
        catch
        {
            processes?.Dispose();
            surroundings?.Dispose();
            await exchange.DisposeAsync();
            throw;
        }
    }

    /// <summary>The answer of the API about an instrument's best levels; none where it has none.</summary>
    public async Task<JsonElement?> Best(string symbol)
    {
        try
        {
            using var answer = await Api.GetAsync(new Uri($"v1/instruments/binance:{symbol}/book?depth=1", UriKind.Relative));
            if (!answer.IsSuccessStatusCode)
                return null;
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return body.RootElement.Clone();
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Returns when every instrument is live; how long that took.</summary>
    public async Task<TimeSpan> AllLive(TimeSpan deadline, CancellationToken cancellation = default)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var symbol in Symbols)
            await Until.Nothing(
                async () => await Best(symbol) is not { } book ? "it has no answer"
                    : book.GetProperty("freshness") is var freshness && freshness.GetProperty("status").GetString() == "live" ? null
                    : freshness.ToString(),
                deadline,
                $"{symbol} is live",
                cancellation);
        return Stopwatch.GetElapsedTime(began);
    }

    /// <summary>Returns when every silo that lives has its share of all partitions.</summary>
    public Task AllShared(TimeSpan deadline, CancellationToken cancellation) => Until.Nothing(
        async () =>
        {
            var rows = await Rows.Read();
            var alive = Processes.Silos.Where(silo => !silo.HasExited).Select(silo => silo.Name).ToArray();
            var poor = alive.Where(name => rows.Count(row => row.Owner == name) < rows.Count / alive.Length).ToArray();
            return poor.Length == 0 ? null : $"of {rows.Count} too few are those of {string.Join(", ", poor)}";
        },
        deadline,
        "all silos have their share",
        cancellation);

    public async Task<JsonElement> Status()
    {
        using var body = JsonDocument.Parse(await Api.GetStringAsync(new Uri("v1/status", UriKind.Relative)));
        return body.RootElement.Clone();
    }

    /// <summary>SIGTERM: drains, checkpoints, leaves.</summary>
    /// <exception cref="DrillFailedException">It does not end in time, or not well.</exception>
    public async Task Terminate(int silo)
    {
        var process = Processes.Silos[silo - 1];
        process.Send(UnixSignal.Terminate);
        await Ended(process, SiloEnd);
        if (process.ExitCode != 0)
            throw new DrillFailedException($"{process.Name} ended with code {process.ExitCode} after SIGTERM.");
    }

    /// <summary>Appends a record as anybody may who reaches the brokers.</summary>
    /// <param name="topic">As the platform names it.</param>
    public async Task Append(string topic, int partition, string value, params (string Name, string Value)[] headers)
    {
        using var producer = new ProducerBuilder<Null, string>(
            new ProducerConfig { BootstrapServers = _surroundings.Environment["StreamForge__Kafka__BootstrapServers"] }).Build();
        var told = new Headers();
        foreach (var (name, text) in headers)
            told.Add(name, Encoding.UTF8.GetBytes(text));
        await producer.ProduceAsync(
            new TopicPartition(_prefix + topic, new Partition(partition)), new Message<Null, string> { Value = value, Headers = told });
    }

    /// <summary>Deletes a topic at the brokers, as an operator may by mistake; the platform makes what it misses.</summary>
    /// <param name="topic">As the platform names it.</param>
    public async Task DeleteTopic(string topic)
    {
        var brokers = Options.Kafka ?? throw new InvalidOperationException("Mock brokers delete no topics.");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = brokers }).Build();
        await admin.DeleteTopicsAsync([_prefix + topic]);
    }

    /// <summary>Starts a silo, again or as one more, and returns when it has its share of all partitions.</summary>
    /// <param name="start">Starts it.</param>
    /// <returns>How long that took from its start.</returns>
    public async Task<TimeSpan> Joins(Func<ClusterProcesses, ManagedProcess> start, TimeSpan deadline)
    {
        var before = await Rows.Read();
        var joining = start(Processes);
        var share = before.Count / Processes.Silos.Count(silo => !silo.HasExited);
        return await Until.Nothing(
            async () => joining.HasExited ? throw new DrillFailedException($"{joining.Name} ended with code {joining.ExitCode}.")
                : await Rows.Taken(joining.Name, before) is var taken && taken >= share ? null : $"it has {taken} of {share}",
            deadline,
            $"{joining.Name} has its share");
    }

    /// <summary>Returns when it has ended.</summary>
    public static async Task Ended(ManagedProcess process, TimeSpan deadline)
    {
        using var late = new CancellationTokenSource(deadline);
        try
        {
            await process.Exited(late.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new DrillFailedException($"{process.Name} still runs after {deadline.TotalSeconds} s.", error);
        }
    }

    /// <summary>What a process has written so far, under all its lives.</summary>
    public string LogOf(string name)
    {
        using var reader = new StreamReader(new FileStream(Processes.LogOf(name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Rows.DisposeAsync();
        // Who is stopped cannot end.
        foreach (var process in Processes.All.Where(process => !process.HasExited))
            process.Send(UnixSignal.Continue);
        await Processes.End();
        Processes.Dispose();
        await _surroundings.End();
        _surroundings.Dispose();
        await Exchange.DisposeAsync();
        if (Options.RemovesFolder)
            Directory.Delete(Options.Folder, recursive: true);
    }

    private static ClusterPlan PlanOf(ClusterRigOptions options, ExchangeProcess exchange) => new()
    {
        Silos = options.Silos,
        Port = FreePort(),
        Headless = true,
        Kafka = options.Kafka,
        Prefix = options.Kafka is null ? "" : $"drill-{Guid.NewGuid():N}."[..15],
        Partitions = options.Partitions,
        Settings = options.Settings,
        // Readers need no tokens then.
        Development = DevelopmentTokens.KeyOf(options.Folder),
        Market = new UpOptions
        {
            Port = 0,
            Headless = true,
            DataFolder = options.Folder,
            Seed = 1,
            Replay = [],
            Speed = 1,
            Live = "binance",
            Symbols = exchange.Symbols,
            Endpoint = exchange.Address,
            Instruments = 1,
            Rate = 1,
        },
    };

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
