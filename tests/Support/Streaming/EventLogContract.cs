using System.Text;
using StreamForge.Silo.Streaming;

namespace StreamForge.Tests.Support.Streaming;

/// <summary>
/// What every event log does. A test project derives a class for each implementation. Topics stay below 5 MB and 100,000 records a
/// partition, which is what librdkafka's mock cluster keeps.
/// </summary>
public abstract partial class EventLogContract : IAsyncLifetime
{
    private static readonly DateTimeOffset Time = new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);

    /// <summary>The fixture of the running test.</summary>
    protected EventLogFixture Fixture { get; private set; } = null!;

    private IEventLog Log => Fixture.Log;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A fixture over an empty log, or over topics of its own.</summary>
    protected abstract ValueTask<EventLogFixture> CreateFixture();

    public async ValueTask InitializeAsync() => Fixture = await CreateFixture();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Fixture is not null)
            await Fixture.DisposeAsync();
    }

    private async Task<TopicInfo> NewTopic()
    {
        var info = await Log.EnsureTopic(new TopicSpec(Fixture.NewTopicName(), Fixture.Partitions), Cancellation);
        Assert.Equal(Fixture.Partitions, info.Partitions);
        return info;
    }

    private static NewRecord Record(string topic, string? key, string value, int? partition = null) => new()
    {
        Topic = topic,
        Key = key is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(key),
        Value = Encoding.UTF8.GetBytes(value),
        Partition = partition,
        Timestamp = Time,
    };

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>Appends values "0", "1", ... one after the other into one partition.</summary>
    private async Task<long[]> AppendNumbers(TopicPartition to, int count, int from = 0)
    {
        await using var producer = Log.CreateProducer();
        var appends = new List<Task<AppendedAt>>();
        for (var i = from; i < from + count; i++)
            appends.Add(producer.Append(Record(to.Topic, "key", string.Create(null, $"{i}"), to.Partition), Cancellation));
        await producer.Flush(Cancellation);
        return [.. (await Task.WhenAll(appends)).Select(at => at.Offset)];
    }

    private async Task<List<LogRecord>> ReadAll(TopicPartition partition, long from = 0)
    {
        var records = new List<LogRecord>();
        await foreach (var record in Log.Read(partition, from, Cancellation))
            records.Add(record);
        return records;
    }

    private async Task<List<LogRecord>> ReadSome(IAssignedPartition partition, int count, int maxBytes = 100_000)
    {
        var records = new List<LogRecord>();
        using var late = new CancellationTokenSource(Fixture.Deadline, TimeProvider.System);
        while (records.Count < count)
            records.AddRange((await partition.Read(maxBytes, late.Token)).Records);
        return records;
    }

    private async Task<Member> Join(string group, RecordingHandler handler, params string[] topics) =>
        new(await Log.Join(group, topics, handler, Cancellation), handler, Fixture.Deadline);

    private static string NewGroup(TopicInfo topic) => "group-of-" + topic.Name;

    private static IEnumerable<TopicPartition> AllOf(params TopicInfo[] topics) =>
        topics.SelectMany(t => Enumerable.Range(0, t.Partitions).Select(p => new TopicPartition(t.Name, p)));

    private sealed class Member(IGroupMember member, RecordingHandler handler, TimeSpan deadline) : IAsyncDisposable
    {
        public RecordingHandler Handler { get; } = handler;

        public Task Completion => member.Completion;

        public async Task<IAssignedPartition> Owns(TopicPartition partition)
        {
            await Eventually.Holds(() => Handler.Owned.Contains(partition), deadline, $"the member owns {partition}");
            return Handler[partition];
        }

        public ValueTask DisposeAsync() => member.DisposeAsync();
    }
}
