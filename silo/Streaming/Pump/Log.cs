using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Pump;

internal static partial class Log
{
    /// <summary>What came from outside, fit for a line of log: control characters become dots.</summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '.' : c)) : text;

    [LoggerMessage(1, LogLevel.Information, "{Partition} is ours under epoch {Epoch}: reading from {Offset}")]
    public static partial void Started(ILogger logger, TopicPartition partition, long epoch, long offset);

    [LoggerMessage(2, LogLevel.Information, "{Partition} ended under epoch {Epoch}")]
    public static partial void Stopped(ILogger logger, TopicPartition partition, long epoch);

    [LoggerMessage(3, LogLevel.Warning, "{Partition} was taken over by another owner: epoch {Epoch} is fenced off")]
    public static partial void Fenced(ILogger logger, TopicPartition partition, long epoch);

    [LoggerMessage(4, LogLevel.Error, "{Partition} failed under epoch {Epoch}")]
    public static partial void Failed(ILogger logger, Exception error, TopicPartition partition, long epoch);

    [LoggerMessage(5, LogLevel.Warning, "{Partition} goes back to {LowWater}: {Reason}")]
    public static partial void Rewinding(ILogger logger, TopicPartition partition, long lowWater, string reason);

    [LoggerMessage(24, LogLevel.Error, "{Partition}: storage was set back: it says that all below {Stored} is durable, where {Known} was stored. All is read again from there")]
    public static partial void StorageSetBack(ILogger logger, TopicPartition partition, long stored, long known);

    [LoggerMessage(6, LogLevel.Error, "{Partition} has lost the records [{From}, {To}): retention took them before they were read")]
    public static partial void Lost(ILogger logger, TopicPartition partition, long from, long to);

    [LoggerMessage(7, LogLevel.Warning, "{Partition} cannot be read now")]
    public static partial void ReadFailed(ILogger logger, Exception error, TopicPartition partition);

    [LoggerMessage(8, LogLevel.Warning, "{Partition} could not store its low-water mark; tried again at the next checkpoint")]
    public static partial void CheckpointFailed(ILogger logger, Exception error, TopicPartition partition);

    [LoggerMessage(9, LogLevel.Warning, "Group {Group} cannot commit to the log; the stored marks hold. First {Partition}: {Reason}")]
    public static partial void CommitsFail(ILogger logger, string group, TopicPartition partition, string reason);

    [LoggerMessage(23, LogLevel.Information, "Group {Group} commits to the log again")]
    public static partial void CommitsWork(ILogger logger, string group);

    [LoggerMessage(10, LogLevel.Warning, "{Partition} waits for {What}, attempt {Attempt}")]
    public static partial void Retrying(ILogger logger, Exception error, TopicPartition partition, string what, int attempt);

    [LoggerMessage(11, LogLevel.Warning, "{Partition}: key {Key} does not go on, attempt {Attempt}")]
    public static partial void KeyStalled(ILogger logger, Exception error, TopicPartition partition, string key, int attempt);

    [LoggerMessage(12, LogLevel.Error, "{Partition}: key {Key} is parked from {Offset} on: {Reason}")]
    public static partial void KeyParked(ILogger logger, TopicPartition partition, string key, long offset, string reason);

    [LoggerMessage(13, LogLevel.Warning, "{Partition}: record {Offset} of key {Key} goes to the dead letters: {Reason}")]
    public static partial void DeadLettered(ILogger logger, TopicPartition partition, long offset, string key, string reason);

    [LoggerMessage(15, LogLevel.Information, "{Partition}: nothing misses the lost records [{From}, {To}) any more")]
    public static partial void LossClosed(ILogger logger, TopicPartition partition, long from, long to);

    [LoggerMessage(16, LogLevel.Warning, "{Partition}: the keys that may miss lost records could not be gone through; tried again")]
    public static partial void SweepFailed(ILogger logger, Exception error, TopicPartition partition);

    [LoggerMessage(14, LogLevel.Warning, "{Partition}: key {Key} could not be flushed")]
    public static partial void FlushFailed(ILogger logger, Exception error, TopicPartition partition, string key);

    [LoggerMessage(17, LogLevel.Warning, "{Partition} is paused by {By}: {Reason}")]
    public static partial void Paused(ILogger logger, TopicPartition partition, string by, string reason);

    [LoggerMessage(18, LogLevel.Information, "{Partition} is resumed")]
    public static partial void Resumed(ILogger logger, TopicPartition partition);

    [LoggerMessage(20, LogLevel.Warning, "Group {Group} is without membership and joins again: {Reason}")]
    public static partial void MembershipEnded(ILogger logger, string group, string reason);

    [LoggerMessage(21, LogLevel.Warning, "Group {Group} is joined again, at attempt {Attempt}")]
    public static partial void JoinedAgain(ILogger logger, string group, int attempt);

    [LoggerMessage(22, LogLevel.Warning, "Group {Group}: leaving after the membership had ended failed")]
    public static partial void LeavingFailed(ILogger logger, Exception error, string group);
}
