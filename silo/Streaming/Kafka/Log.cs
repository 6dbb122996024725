using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Kafka;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Kafka client {Client}: {Reason} ({Code})")]
    public static partial void ClientError(this ILogger logger, string client, string code, string reason);

    [LoggerMessage(2, LogLevel.Information, "Topic {Topic} created with {Partitions} partitions")]
    public static partial void TopicCreated(this ILogger logger, string topic, int partitions);

    [LoggerMessage(3, LogLevel.Information, "Topic {Topic}: the broker has no topic ids; its log id is made of its name")]
    public static partial void TopicIdByName(this ILogger logger, string topic);

    [LoggerMessage(4, LogLevel.Information, "Group {Group}: assigned {Partitions}")]
    public static partial void Assigned(this ILogger logger, string group, string partitions);

    [LoggerMessage(5, LogLevel.Information, "Group {Group}: revoked {Partitions}")]
    public static partial void Revoked(this ILogger logger, string group, string partitions);

    [LoggerMessage(6, LogLevel.Warning, "Group {Group}: lost {Partitions}")]
    public static partial void Lost(this ILogger logger, string group, string partitions);

    [LoggerMessage(7, LogLevel.Warning, "Group {Group}: {Partitions} did not drain within {Timeout} and are given up")]
    public static partial void RevokeTimedOut(this ILogger logger, string group, string partitions, TimeSpan timeout);

    [LoggerMessage(8, LogLevel.Warning, "Group {Group}: offsets of {Partitions} cannot be looked up; trying again")]
    public static partial void PrepareFailed(this ILogger logger, Exception error, string group, string partitions);

    [LoggerMessage(9, LogLevel.Error, "Group {Group}: membership ended")]
    public static partial void MembershipEnded(this ILogger logger, Exception error, string group);

    [LoggerMessage(10, LogLevel.Error, "Group {Group}: the handler failed on {Event}")]
    public static partial void HandlerFailed(this ILogger logger, Exception error, string group, string @event);

    [LoggerMessage(11, LogLevel.Warning, "Group {Group}: committing again failed")]
    public static partial void RecommitFailed(this ILogger logger, Exception error, string group);

    [LoggerMessage(13, LogLevel.Error, "No broker at {Servers} answers: {Reason}; it is tried on and on")]
    public static partial void BrokersAway(this ILogger logger, string servers, string reason);

    [LoggerMessage(14, LogLevel.Warning, "Kafka at {Servers} answers again after {Time}; {Errors} errors of clients were counted and not told")]
    public static partial void BrokersBack(this ILogger logger, string servers, TimeSpan time, int errors);

    [LoggerMessage(15, LogLevel.Warning, "Kafka client {Client}: {Reason} ({Code}), {Count} times since it was told last")]
    public static partial void ClientErrors(this ILogger logger, string client, string code, string reason, int count);

    [LoggerMessage(16, LogLevel.Debug, "Whether topics are still the same cannot be seen: {Reason}")]
    public static partial void TopicsUnknown(this ILogger logger, string reason);

    [LoggerMessage(17, LogLevel.Warning, "Group {Group}: the broker did not answer the leaving within {Timeout}; it ends the membership by itself")]
    public static partial void LeavingTimedOut(this ILogger logger, string group, TimeSpan timeout);

    [LoggerMessage(18, LogLevel.Warning, "{Records} records that no broker has taken are given up: the producer is closed")]
    public static partial void RecordsGivenUp(this ILogger logger, int records);

    [LoggerMessage(12, LogLevel.Error, "The producer is unusable ({Reason}); what it held has failed, and a new one takes its place")]
    public static partial void ProducerReplaced(this ILogger logger, string reason);
}
