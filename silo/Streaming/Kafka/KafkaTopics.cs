using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>Topics as the brokers know them: existence, partition counts, ids and bounds.</summary>
internal sealed class KafkaTopics(KafkaOptions options, KafkaLink link, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(100);

    private readonly Ck.IAdminClient _admin = new Ck.AdminClientBuilder(KafkaSettings.Admin(options))
        .SetErrorHandler((_, error) => link.Failed("admin", error))
        .SetLogHandler(static (_, _) => { })
        .Build();

    public async ValueTask<TopicInfo> Ensure(TopicSpec spec, CancellationToken cancellation)
    {
        var topic = await Find(spec.Name, cancellation);
        if (topic is null && options.CreateTopics)
        {
            await Create(spec, cancellation);
            topic = await WaitFor(spec.Name, cancellation);
        }

        topic ??= await Request(spec.Name, cancellation);
        return topic.Partitions == spec.Partitions
            ? topic
            : throw new TopicMismatchException(spec.Name, spec.Partitions, topic.Partitions);
    }

    /// <exception cref="EventLogException">There is no such topic, or no broker answers.</exception>
    public async ValueTask<TopicInfo> Describe(string topic, CancellationToken cancellation) =>
        await Find(topic, cancellation) ?? throw new EventLogException($"Kafka has no topic {topic}.");

    /// <summary>As far as readers get: below what an open transaction still holds back.</summary>
    /// <exception cref="EventLogException">No leader tells them within the time of a request.</exception>
    public async ValueTask<OffsetBounds> Bounds(TopicPartition partition, CancellationToken cancellation)
    {
        var offsets = await Task.WhenAll(
            Offset(partition, OffsetSpec.Earliest(), cancellation), Offset(partition, OffsetSpec.Latest(), cancellation));
        return new OffsetBounds(offsets[0], offsets[1]);
    }

    public void Dispose() => _admin.Dispose();

    /// <summary>A topic just created, or a broker just gone, has no leader for a moment: asked again for the time of a request.</summary>
    private async Task<long> Offset(TopicPartition partition, OffsetSpec spec, CancellationToken cancellation)
    {
        var asked = time.GetTimestamp();
        while (true)
        {
            try
            {
                var answer = await _admin.ListOffsetsAsync(
                    [new TopicPartitionOffsetSpec { TopicPartition = options.Names.ToKafka(partition), OffsetSpec = spec }],
                    new ListOffsetsOptions
                    {
                        RequestTimeout = options.RequestTimeout,
                        IsolationLevel = Ck.IsolationLevel.ReadCommitted,
                    }).WaitAsync(cancellation);
                link.Worked();
                return answer.ResultInfos[0].TopicPartitionOffsetError.Offset.Value;
            }
            catch (Ck.KafkaException error)
            {
                // The exception itself only says that there are results to look at.
                var cause = error is ListOffsetsException each ? each.Result.ResultInfos[0].TopicPartitionOffsetError.Error : error.Error;
                if (!IsPassing(cause.Code) || time.GetElapsedTime(asked) > options.RequestTimeout)
                    throw new EventLogException($"Kafka does not tell the bounds of {partition}: {cause.Reason}", error);
            }

            await Task.Delay(AskAgainAfter, time, cancellation);
        }
    }

    private static bool IsPassing(Ck.ErrorCode code) => code is
        Ck.ErrorCode.UnknownTopicOrPart or Ck.ErrorCode.LeaderNotAvailable or Ck.ErrorCode.NotLeaderForPartition
        or Ck.ErrorCode.ReplicaNotAvailable or Ck.ErrorCode.OffsetNotAvailable or Ck.ErrorCode.FencedLeaderEpoch
        or Ck.ErrorCode.UnknownLeaderEpoch or Ck.ErrorCode.Local_UnknownPartition or Ck.ErrorCode.Local_UnknownTopic;

    /// <summary>The topic as it is; null where there is none.</summary>
    /// <exception cref="EventLogException">No broker answers.</exception>
    public async ValueTask<TopicInfo?> Find(string topic, CancellationToken cancellation)
    {
        if (options.TopicIds == TopicIdSource.ByName)
            return await FindByName(topic, null, cancellation);
        try
        {
            var answer = await _admin.DescribeTopicsAsync(
                Ck.TopicCollection.OfTopicNames([options.Names.Topic(topic)]),
                new DescribeTopicsOptions { RequestTimeout = options.RequestTimeout }).WaitAsync(cancellation);
            link.Worked();
            var found = answer.TopicDescriptions[0];
            var id = found.TopicId.ToGuid();
            if (id != Guid.Empty)
                return new TopicInfo(topic, id, found.Partitions.Count);
        }
        catch (DescribeTopicsException error) when (
            error.Results.TopicDescriptions[0].Error.Code == Ck.ErrorCode.UnknownTopicOrPart)
        {
            return null;
        }
        catch (Ck.KafkaException error) when (error.Error.Code is not
            (Ck.ErrorCode.Local_UnsupportedFeature or Ck.ErrorCode.UnsupportedVersion))
        {
            if (error.Error.IsLocalError && !link.IsAway)
                await LookForController(cancellation);
            throw new EventLogException(
                $"Kafka at {options.BootstrapServers} does not describe topic {topic}: {error.Error.Reason}."
                // What did not answer at all says nothing about topic ids.
                + (error.Error.IsLocalError ? "" : " A broker without topic ids needs TopicIds = ByName."), error);
        }

        logger.TopicIdByName(topic);
        return await FindByName(topic, null, cancellation);
    }

    /// <summary>
    /// Describing goes to the controller as the client last heard of it, which may be the broker that went while others serve: any
    /// of those names another. The client itself would not ask for minutes.
    /// </summary>
    private async Task LookForController(CancellationToken cancellation)
    {
        try
        {
            await Blocking.Call(() => _admin.GetMetadata(options.RequestTimeout)).WaitAsync(cancellation);
        }
        catch (Ck.KafkaException error)
        {
            link.Failed("admin", error.Error);
        }
    }

    /// <param name="asked">The topic to ask for by name, which may create it; null looks at all that there are.</param>
    private async Task<TopicInfo?> FindByName(string topic, string? asked, CancellationToken cancellation)
    {
        try
        {
            var metadata = await Blocking.Call(() => asked is null
                ? _admin.GetMetadata(options.RequestTimeout)
                : _admin.GetMetadata(options.Names.Topic(asked), options.RequestTimeout)).WaitAsync(cancellation);
            var found = metadata.Topics.Find(t => t.Topic == options.Names.Topic(topic));
            return found is null || found.Error.IsError || found.Partitions.Count == 0
                ? null
                : new TopicInfo(topic, IdByName(topic), found.Partitions.Count);
        }
        catch (Ck.KafkaException error)
        {
            throw new EventLogException($"No broker answers at {options.BootstrapServers}: {error.Error.Reason}", error);
        }
    }

    private async Task Create(TopicSpec spec, CancellationToken cancellation)
    {
        var retention = spec.Retention is { } kept ? (long)kept.TotalMilliseconds : -1;
        try
        {
            await _admin.CreateTopicsAsync(
                [
                    new TopicSpecification
                    {
                        Name = options.Names.Topic(spec.Name),
                        NumPartitions = spec.Partitions,
                        ReplicationFactor = (short)options.ReplicationFactor,
                        Configs = new Dictionary<string, string>
                        {
                            ["retention.ms"] = retention.ToString(System.Globalization.CultureInfo.InvariantCulture),
                            ["max.message.bytes"] = options.MaxRecordBytes.ToString(System.Globalization.CultureInfo.InvariantCulture),
                        },
                    },
                ],
                new CreateTopicsOptions { RequestTimeout = options.RequestTimeout }).WaitAsync(cancellation);
            logger.TopicCreated(spec.Name, spec.Partitions);
        }
        catch (CreateTopicsException error) when (error.Results[0].Error.Code == Ck.ErrorCode.TopicAlreadyExists)
        {
            // Another process was first.
        }
        catch (Ck.KafkaException error)
        {
            var reason = error is CreateTopicsException each ? each.Results[0].Error.Reason : error.Error.Reason;
            throw new EventLogException($"Topic {spec.Name} cannot be created: {reason}", error);
        }
    }

    /// <summary>A topic just created takes a moment to be known to every broker.</summary>
    private async Task<TopicInfo> WaitFor(string topic, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await Find(topic, cancellation) is { } found)
                return found;
            if (attempt == 50)
                throw new EventLogException($"Topic {topic} was created, but no broker knows it.");
            await Task.Delay(AskAgainAfter, time, cancellation);
        }
    }

    private async Task<TopicInfo> Request(string topic, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await FindByName(topic, topic, cancellation) is not null && await Find(topic, cancellation) is { } found)
                return found;
            if (attempt == 50)
                throw new EventLogException($"Kafka has no topic {topic} and does not create it.");
            await Task.Delay(AskAgainAfter, time, cancellation);
        }
    }

    /// <summary>A UUID of version 8 (RFC 9562): the name's digest.</summary>
    private Guid IdByName(string topic)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"streamforge:{options.Incarnation}:{topic}"));
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest.AsSpan(0, 16), bigEndian: true);
    }
}
