using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Silo.Files;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Embedded;
using StreamForge.Tests.Support.Streaming;

namespace StreamForge.Tests.Streaming.Embedded;

/// <summary>Short words for the tests of the log of segment files.</summary>
internal static class LogHarness
{
    public const string TopicName = "t";

    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public static TopicPartition Partition(int number = 0) => new(TopicName, number);

    public static ValueTask<SegmentEventLog> Open(
        IFileSystem files, EmbeddedLogOptions? options = null, TimeProvider? time = null, int seed = 1) =>
        SegmentEventLog.Open(files, options ?? new EmbeddedLogOptions(), time ?? TimeProvider.System, new TestIds(seed), NullLogger.Instance);

    public static async ValueTask<SegmentEventLog> OpenWithTopic(
        IFileSystem files, EmbeddedLogOptions? options = null, TimeProvider? time = null, TimeSpan? retention = null, int partitions = 1)
    {
        var log = await Open(files, options, time);
        await log.EnsureTopic(new TopicSpec(TopicName, partitions, retention), CancellationToken.None);
        return log;
    }

    public static NewRecord Record(string value, int partition = 0) => new()
    {
        Topic = TopicName,
        Partition = partition,
        Key = "key"u8.ToArray(),
        Value = Encoding.UTF8.GetBytes(value),
        Timestamp = DateTimeOffset.UnixEpoch,
    };

    public static async Task<long> Append(IEventLog log, string value, int partition = 0)
    {
        await using var producer = log.CreateProducer();
        return (await producer.Append(Record(value, partition), CancellationToken.None)).Offset;
    }

    public static async Task<List<(long Offset, string Value)>> ReadAll(IEventLog log, int partition = 0)
    {
        var found = new List<(long, string)>();
        var start = (await log.Bounds(Partition(partition), CancellationToken.None)).Start;
        await foreach (var record in log.Read(Partition(partition), start, CancellationToken.None))
            found.Add((record.Offset, Encoding.UTF8.GetString(record.Value.Span)));
        return found;
    }

    /// <summary>The path of the only segment of a partition.</summary>
    public static string Segment(int partition = 0, long baseOffset = 0) =>
        string.Create(null, $"topics/{TopicName}/{partition}/{baseOffset:D20}.seg");
}
