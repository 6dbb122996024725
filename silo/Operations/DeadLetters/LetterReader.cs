using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>Reads what a record of the topic of dead letters says of itself. Whatever stands there becomes a letter.</summary>
internal static class LetterReader
{
    // Of the last time that there is: ids count down from it, so that newer records come first.
    private static readonly long _lastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static DeadLetter Read(LogRecord record, Guid logId)
    {
        var stands = new LogPosition(logId, record.Partition.Partition, record.Offset);
        return new DeadLetter
        {
            Id = IdOf(record.Header(RecordHeaders.EventId) ?? $"{logId:N}/{stands.Partition}/{stands.Offset}", record.Timestamp),
            State = DeadLetterState.Open,
            Topic = record.Header(DeadLetterHeaders.Topic) ?? "",
            Place = PlaceOf(record.Header(DeadLetterHeaders.Place)),
            Group = record.Header(DeadLetterHeaders.Group) ?? "",
            Reason = record.Header(DeadLetterHeaders.Reason) ?? "The letter does not say why.",
            At = DateTimeOffset.TryParse(
                record.Header(DeadLetterHeaders.At), CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
                ? at.ToUniversalTime()
                : record.Timestamp,
            RecordedAt = record.Timestamp,
            Key = record.Key is { } key ? Encoding.UTF8.GetString(key.Span) : null,
            EventId = record.Header(DeadLetterHeaders.EventId),
            ReplayOf = record.Header(RecordHeaders.ReplayOf),
            Stands = stands,
        };
    }

    /// <summary>
    /// Made of what every letter about one record has in common: its event id, and the record's time. 12 hexadecimal digits of the time, a
    /// hyphen, 16 of the event id's SHA-256.
    /// </summary>
    internal static string IdOf(string eventId, DateTimeOffset recordedAt) => string.Create(
        CultureInfo.InvariantCulture,
        $"{_lastMillisecond - recordedAt.ToUnixTimeMilliseconds():x12}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(eventId)).AsSpan(0, 8))}");

    private static LogPosition? PlaceOf(string? text) =>
        text?.Split('/') is [var log, var partition, var offset]
        && Guid.TryParseExact(log, "N", out var logId)
        && int.TryParse(partition, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            ? new LogPosition(logId, number, at)
            : null;
}
