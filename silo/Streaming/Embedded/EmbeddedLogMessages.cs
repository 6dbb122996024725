using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Embedded;

/// <summary>What the log of segment files tells its operator.</summary>
internal static partial class EmbeddedLogMessages
{
    [LoggerMessage(1, LogLevel.Warning, "{File}: a crash left {Bytes} bytes of unfinished writes at byte {Position}; they were never acknowledged and are cut off")]
    public static partial void TornTail(ILogger logger, string file, long position, long bytes);

    [LoggerMessage(2, LogLevel.Error, "{Count} records could not be written to {Partition}")]
    public static partial void CommitFailed(ILogger logger, Exception error, string partition, int count);

    [LoggerMessage(3, LogLevel.Information, "Retention dropped {File}: offsets {From} to below {To}")]
    public static partial void SegmentDropped(ILogger logger, string file, long from, long to);

    [LoggerMessage(4, LogLevel.Warning, "{File} is past retention but could not be deleted")]
    public static partial void DropFailed(ILogger logger, Exception error, string file);

    [LoggerMessage(5, LogLevel.Warning, "{File} could not be marked as whole while closing; the next start looks at its tail")]
    public static partial void CloseFailed(ILogger logger, Exception error, string file);

    [LoggerMessage(6, LogLevel.Information, "Opened {Topics} topics with {Partitions} partitions in {Folder}")]
    public static partial void Opened(ILogger logger, string folder, int topics, int partitions);

    [LoggerMessage(7, LogLevel.Information, "Created topic {Topic} with {Partitions} partitions, log id {LogId}")]
    public static partial void TopicCreated(ILogger logger, string topic, int partitions, Guid logId);

    [LoggerMessage(8, LogLevel.Warning, "Member {Member} of group {Group} did not let go of {Count} partitions in time; they are taken from it")]
    public static partial void RevokeTimedOut(ILogger logger, string group, int member, int count);

    [LoggerMessage(9, LogLevel.Error, "Member {Member} of group {Group} failed and leaves the group")]
    public static partial void MemberFailed(ILogger logger, Exception error, string group, int member);

    [LoggerMessage(10, LogLevel.Error, "{Count} commits of groups could not be written")]
    public static partial void GroupCommitFailed(ILogger logger, Exception error, int count);
}
