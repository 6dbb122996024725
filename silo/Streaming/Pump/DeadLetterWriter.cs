using System.Globalization;
using System.Text;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// Appends what could not be processed to the dead-letter topic: the record as it was, and in headers where it stood and
/// why. It counts only when the log has acknowledged it.
/// </summary>
public sealed class DeadLetterWriter(IEventProducer producer, TimeProvider time)
{
    private const int MaxReason = 1000;
    private long _written;

    /// <summary>Dead letters written by this process.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>
    /// Appends a dead letter. Its event id is made from the place of the record, so that the same record given up twice (a
    /// crash before the checkpoint) is seen to be one.
    /// </summary>
    public async Task Write(string group, Guid logId, LogRecord record, string reason, CancellationToken cancellation)
    {
        var headers = new List<LogHeader>(record.Headers.Count + 7);
        headers.AddRange(record.Headers.Where(header => header.Name != RecordHeaders.EventId));
        var place = $"{logId:N}/{record.Partition.Partition}/{record.Offset}";
        headers.Add(Text(RecordHeaders.EventId, $"dead/{group}/{place}"));
        headers.Add(Text("dead-topic", record.Partition.Topic));
        headers.Add(Text("dead-place", place));
        headers.Add(Text("dead-group", group));
        headers.Add(Text("dead-reason", reason.Length > MaxReason ? reason[..MaxReason] : reason));
        headers.Add(Text("dead-at", time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture)));
        if (record.Header(RecordHeaders.EventId) is { } original)
            headers.Add(Text("dead-event-id", original));
        try
        {
            await producer.Append(Letter(record, record.Value, headers), cancellation);
        }
        catch (RecordTooLargeException)
        {
            // With the headers it no longer fits: its place says where the value still stands.
            headers.Add(Text("dead-value-omitted", record.Value.Length.ToString(CultureInfo.InvariantCulture)));
            await producer.Append(Letter(record, default, headers), cancellation);
        }
        Interlocked.Increment(ref _written);
    }

    private static NewRecord Letter(LogRecord record, ReadOnlyMemory<byte> value, List<LogHeader> headers) => new()
    {
        Topic = Topics.DeadLetters,
        Key = record.Key,
        Value = value,
        Headers = headers,
        Timestamp = record.Timestamp,
    };

    private static LogHeader Text(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));
}
