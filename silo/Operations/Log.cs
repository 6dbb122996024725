using Microsoft.Extensions.Logging;
using StreamForge.Contracts.Operations;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Operations;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "What is paused could not be looked at just now, and will be in a moment: {Reason}")]
    public static partial void NotSeenAtOnce(ILogger logger, string reason);

    [LoggerMessage(2, LogLevel.Information, "Order {Number} by {By}: {What} {Target}: {Reason}")]
    public static partial void Ordered(ILogger logger, long number, string by, string what, string target, string reason);

    [LoggerMessage(4, LogLevel.Information, "{Place} was not unparked: {Reason}")]
    public static partial void NotUnparked(ILogger logger, string place, string reason);

    [LoggerMessage(5, LogLevel.Information, "{Partition}: {Letters} letters below {First} are forgotten, as the log has forgotten them")]
    public static partial void LettersForgotten(ILogger logger, TopicPartition partition, int letters, long first);

    [LoggerMessage(6, LogLevel.Warning, "{Partition}: letters that the log has forgotten cannot be forgotten now; tried again: {Reason}")]
    public static partial void LettersNotForgotten(ILogger logger, TopicPartition partition, string reason);

    [LoggerMessage(3, LogLevel.Error, "How order {Number} ended could not be kept: {Outcome}, {Detail}")]
    public static partial void EndNotKept(ILogger logger, Exception error, long number, OrderOutcome outcome, string detail);
}
