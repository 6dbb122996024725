using System.Runtime.InteropServices;
using System.Text;

namespace StreamForge.Development;

/// <summary>
/// librdkafka's mock cluster: brokers that speak Kafka's protocol, in this process. It keeps 5 MB and 100,000 records a partition in
/// memory, creates topics of 4 partitions when asked for them, and knows neither topic ids nor administrative requests
/// (rdkafka_mock.h).
/// </summary>
public sealed partial class MockCluster : IDisposable
{
    /// <summary>Partitions of a topic that was not created by <see cref="CreateTopic"/>.</summary>
    public const int DefaultPartitions = 4;

    private const int Producer = 0; // rd_kafka_type_t
    private readonly nint _client;
    private readonly nint _cluster;
    private bool _disposed;

    /// <param name="brokers">How many.</param>
    /// <param name="rebalanceDelay">How long a new group waits for further members.</param>
    public MockCluster(int brokers = 1, TimeSpan? rebalanceDelay = null)
    {
        Confluent.Kafka.Library.Load();
        var error = new byte[512];
        // The client is only the mock's landlord: what it would say about brokers of its own means nothing.
        var quiet = rd_kafka_conf_new();
        _ = rd_kafka_conf_set(quiet, "log_level", "2", error, (nuint)error.Length);
        _client = rd_kafka_new(Producer, quiet, error, (nuint)error.Length);
        if (_client == 0)
            throw new InvalidOperationException("librdkafka: " + Encoding.UTF8.GetString(error).TrimEnd('\0'));
        _cluster = rd_kafka_mock_cluster_new(_client, brokers);
        if (_cluster == 0)
            throw new InvalidOperationException("librdkafka does not start its mock cluster.");
        rd_kafka_mock_group_initial_rebalance_delay_ms(_cluster, (int)(rebalanceDelay ?? TimeSpan.FromMilliseconds(50)).TotalMilliseconds);
        BootstrapServers = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster))!;
    }

    public string BootstrapServers { get; }

    public void CreateTopic(string topic, int partitions) =>
        Check(rd_kafka_mock_topic_create(_cluster, topic, partitions, 1), $"create {topic}");

    /// <summary>The next requests of a kind are answered by these error codes, one each.</summary>
    /// <param name="api">The request's API key: 0 produce, 1 fetch, 8 offset commit, 9 offset fetch.</param>
    public void FailNext(short api, params int[] errors) =>
        rd_kafka_mock_push_request_errors_array(_cluster, api, (nuint)errors.Length, errors);

    public void StopBroker(int broker = 1) => Check(rd_kafka_mock_broker_set_down(_cluster, broker), "stop");

    public void StartBroker(int broker = 1) => Check(rd_kafka_mock_broker_set_up(_cluster, broker), "start");

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    private static void Check(int code, string what)
    {
        if (code != 0)
            throw new InvalidOperationException($"The mock cluster does not {what}: error {code}.");
    }

    [LibraryImport("librdkafka")]
    private static partial nint rd_kafka_conf_new();

    [LibraryImport("librdkafka", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_conf_set(nint conf, string name, string value, byte[] error, nuint errorSize);

    [LibraryImport("librdkafka")]
    private static partial nint rd_kafka_new(int type, nint conf, byte[] error, nuint errorSize);

    [LibraryImport("librdkafka")]
    private static partial void rd_kafka_destroy(nint client);

    [LibraryImport("librdkafka")]
    private static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport("librdkafka")]
    private static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport("librdkafka")]
    private static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [LibraryImport("librdkafka")]
    private static partial void rd_kafka_mock_group_initial_rebalance_delay_ms(nint cluster, int delay);

    [LibraryImport("librdkafka", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport("librdkafka")]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport("librdkafka")]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);

    [LibraryImport("librdkafka")]
    private static partial void rd_kafka_mock_push_request_errors_array(nint cluster, short api, nuint count, int[] errors);
}
