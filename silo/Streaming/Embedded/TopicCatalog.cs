using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Files;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>A topic that is open.</summary>
internal sealed class Topic(TopicInfo info, IReadOnlyList<PartitionLog> partitions)
{
    private int _next;

    public TopicInfo Info { get; } = info;

    public IReadOnlyList<PartitionLog> Partitions { get; } = partitions;

    /// <summary>How long its records are kept at least; none for ever.</summary>
    public TimeSpan? Retention { get; set; }

    /// <summary>The partition of a record that names none and has no key: one after the other.</summary>
    public int NextPartition() => (int)((uint)Interlocked.Increment(ref _next) % (uint)Partitions.Count);
}

/// <summary>The topics of a log, as folders: <c>topics/NAME/topic.json</c> and <c>topics/NAME/PARTITION/BASEOFFSET.seg</c>.</summary>
internal sealed class TopicCatalog(PartitionContext context, IIdSource ids)
{
    private const string Folder = "topics";
    private const string MetadataName = "topic.json";
    private const int LongestName = 200;
    private const int MostPartitions = 10_000;
    private const long MostRetention = TimeSpan.TicksPerDay / TimeSpan.TicksPerMillisecond * 365 * 10_000;

    private readonly AsyncGate _gate = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);

    public IReadOnlyList<Topic> All
    {
        get
        {
            lock (_lock)
                return [.. _topics.Values.OrderBy(t => t.Info.Name, StringComparer.Ordinal)];
        }
    }

    /// <exception cref="EventLogException">There is no such topic.</exception>
    public Topic this[string name]
    {
        get
        {
            lock (_lock)
                return _topics.TryGetValue(name, out var topic) ? topic : throw new EventLogException($"There is no topic {name}.");
        }
    }

    /// <exception cref="EventLogException">There is no such partition.</exception>
    public PartitionLog this[TopicPartition partition]
    {
        get
        {
            var partitions = this[partition.Topic].Partitions;
            return partition.Partition >= 0 && partition.Partition < partitions.Count
                ? partitions[partition.Partition]
                : throw new EventLogException($"There is no partition {partition}: the topic has {partitions.Count}.");
        }
    }

    /// <summary>Opens every topic that was created.</summary>
    public async ValueTask Load()
    {
        foreach (var name in context.Files.Folders(Folder))
            if (await context.Files.ReadSmall(MetadataOf(name)) is { } json)
                await Open(name, json);
    }

    public async ValueTask<Topic> Ensure(TopicSpec spec)
    {
        Validate(spec);
        using var turn = await _gate.Enter();
        Topic? topic;
        lock (_lock)
            _topics.TryGetValue(spec.Name, out topic);
        if (topic is null)
            return await Create(spec);
        if (topic.Info.Partitions != spec.Partitions)
            throw new TopicMismatchException(spec.Name, spec.Partitions, topic.Info.Partitions);
        if (topic.Retention != spec.Retention)
        {
            await WriteMetadata(topic.Info, spec.Retention);
            topic.Retention = spec.Retention;
        }

        return topic;
    }

    private async ValueTask<Topic> Create(TopicSpec spec)
    {
        // Files without metadata are what a creation left that a crash ended: nothing in them was ever acknowledged.
        foreach (var partition in context.Files.Folders($"{Folder}/{spec.Name}"))
            foreach (var file in context.Files.Files($"{Folder}/{spec.Name}/{partition}"))
                await context.Files.Delete($"{Folder}/{spec.Name}/{partition}/{file}");

        var info = new TopicInfo(spec.Name, NewLogId(ids.NewId()), spec.Partitions);
        var topic = new Topic(info, await OpenPartitions(info)) { Retention = spec.Retention };
        await WriteMetadata(info, spec.Retention);
        lock (_lock)
            _topics.Add(spec.Name, topic);
        EmbeddedLogMessages.TopicCreated(context.Logger, spec.Name, spec.Partitions, info.LogId);
        return topic;
    }

    private async ValueTask Open(string name, byte[] json)
    {
        var metadata = Read(context.Files.Describe(MetadataOf(name)), json);
        var info = new TopicInfo(name, metadata.LogId, metadata.Partitions);
        var retention = metadata.RetentionMilliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : (TimeSpan?)null;
        var topic = new Topic(info, await OpenPartitions(info)) { Retention = retention };
        lock (_lock)
            _topics.Add(name, topic);
    }

    private static Metadata Read(string readable, byte[] json)
    {
        try
        {
            var metadata = JsonSerializer.Deserialize<Metadata>(json, JsonSerializerOptions.Web);
            return metadata is { Partitions: >= 1 and <= MostPartitions, RetentionMilliseconds: null or (>= 0 and <= MostRetention) } && metadata.LogId != Guid.Empty
                ? metadata
                : throw new CorruptLogException(readable, 0, "it does not describe a topic");
        }
        catch (JsonException e)
        {
            throw new CorruptLogException(readable, e.BytePositionInLine ?? 0, e.Message);
        }
    }

    private async ValueTask<IReadOnlyList<PartitionLog>> OpenPartitions(TopicInfo info)
    {
        var partitions = new PartitionLog[info.Partitions];
        for (var i = 0; i < partitions.Length; i++)
        {
            partitions[i] = await PartitionLog.Open(
                new TopicPartition(info.Name, i), info.LogId, $"{Folder}/{info.Name}/{i}", context);
        }

        return partitions;
    }

    private ValueTask WriteMetadata(TopicInfo info, TimeSpan? retention) => context.Files.WriteSmall(
        MetadataOf(info.Name),
        JsonSerializer.SerializeToUtf8Bytes(
            new Metadata(info.LogId, info.Partitions, (long?)retention?.TotalMilliseconds), JsonSerializerOptions.Web));

    private static string MetadataOf(string name) => $"{Folder}/{name}/{MetadataName}";

    private static Guid NewLogId(string id) =>
        Guid.TryParse(id, out var guid) ? guid : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

    private static void Validate(TopicSpec spec)
    {
        var isName = spec.Name.Length is > 0 and <= LongestName && spec.Name[0] != '.'
            && spec.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
        if (!isName)
            throw new ArgumentException($"'{spec.Name}' is no topic name: 1 to {LongestName} of letters, digits, '.', '_', '-'.", nameof(spec));
        if (spec.Partitions is < 1 or > MostPartitions)
            throw new ArgumentOutOfRangeException(nameof(spec), spec.Partitions, "A topic has 1 to 10,000 partitions.");
    }

    private sealed record Metadata(Guid LogId, int Partitions, long? RetentionMilliseconds);
}
