using System.Text;
using Microsoft.Extensions.Options;
using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Paths;

namespace StreamForge.Silo.Operations.DeadLetters;

/// <summary>What stands in the log of a letter: the letter itself, the record that it is about, and what was appended again.</summary>
internal sealed class LetterLog(IEventLog log, IOptions<PipelineOptions> options, TimeProvider time) : IAsyncDisposable
{
    private readonly Lazy<IEventProducer> _producer = new(log.CreateProducer);

    /// <summary>The letter as it stands in its topic; none where the log does not keep it any more.</summary>
    /// <exception cref="EventLogException">The log does not answer.</exception>
    public async Task<LogRecord?> Letter(DeadLetter letter, CancellationToken cancellation) =>
        await RecordAt(options.Value.DeadLetters, letter.Stands, cancellation);

    /// <summary>
    /// The value of the letter's record: that of the letter, or of the record itself where it did not fit into a letter. None where the log
    /// does not keep it any more.
    /// </summary>
    public async Task<ReadOnlyMemory<byte>?> Value(DeadLetter letter, LogRecord stands, CancellationToken cancellation)
    {
        if (stands.Header(DeadLetterHeaders.ValueOmitted) is null)
            return stands.Value;
        return IsReplayable(letter) && await RecordAt(options.Value.Topic(letter.Topic), letter.Place!.Value, cancellation) is { } record
            ? record.Value
            : null;
    }

    /// <summary>Whether the letter says where its record belongs: to a topic that the platform reads.</summary>
    public bool IsReplayable(DeadLetter letter) =>
        letter.Topic is Topics.RawMarket or Topics.MarketDepth or Topics.MarketTrades
        && letter.Place is { } place && place.Partition < options.Value.Partitions;

    /// <summary>The end of the partition that the letter's record belongs to.</summary>
    public async Task<LogPosition> End(DeadLetter letter, CancellationToken cancellation)
    {
        var topic = await log.EnsureTopic(options.Value.Topic(letter.Topic), cancellation);
        var place = new TopicPartition(letter.Topic, letter.Place!.Value.Partition);
        return new LogPosition(topic.LogId, place.Partition, (await log.Bounds(place, cancellation)).End);
    }

    /// <summary>Appends the letter's record again where it belongs; returns when that is acknowledged.</summary>
    /// <exception cref="EventLogException">Nobody knows whether it stands there.</exception>
    /// <exception cref="RecordTooLargeException">It never will.</exception>
    public async Task<AppendedAt> Append(DeadLetter letter, LogRecord stands, ReadOnlyMemory<byte> value, CancellationToken cancellation) =>
        await _producer.Value.Append(
            new NewRecord
            {
                Topic = letter.Topic,
                Partition = letter.Place!.Value.Partition,
                Key = stands.Key,
                Value = value,
                Headers = HeadersOf(letter, stands),
                Timestamp = time.GetUtcNow(),
            },
            cancellation);

    /// <summary>Where a replay of the letter stands that began and whose end nobody heard of; none where there is none.</summary>
    public async Task<LogPosition?> FindReplay(DeadLetter letter, CancellationToken cancellation)
    {
        var end = await End(letter, cancellation);
        // Of a topic that was made anew since nothing is left.
        if (letter.ReplayFrom is not { } began || began.LogId != end.LogId)
            return null;
        await foreach (var record in log.Read(new TopicPartition(letter.Topic, began.Partition), began.Offset, cancellation))
            if (record.Header(RecordHeaders.ReplayOf) == letter.Id)
                return began with { Offset = record.Offset };
        return null;
    }

    /// <summary>The record's own headers, as text.</summary>
    public static IEnumerable<DeadLetterHeader> OwnHeaders(LogRecord stands) => stands.Headers
        .Where(header => IsOwn(header.Name))
        .Select(header => new DeadLetterHeader(header.Name, Encoding.UTF8.GetString(header.Value.Span)));

    public async ValueTask DisposeAsync()
    {
        if (_producer.IsValueCreated)
            await _producer.Value.DisposeAsync();
    }

    /// <summary>
    /// As they were, with its event id, and whose replay it is. Without its origin: by that it would count as emitted before what was derived
    /// since, and be left out; its sequence or id decides.
    /// </summary>
    private static List<LogHeader> HeadersOf(DeadLetter letter, LogRecord stands)
    {
        var headers = stands.Headers
            .Where(header => IsOwn(header.Name) && header.Name is not RecordHeaders.Origin and not RecordHeaders.ReplayOf)
            .ToList();
        if (letter.EventId is { } eventId)
            headers.Add(Text(RecordHeaders.EventId, eventId));
        headers.Add(Text(RecordHeaders.ReplayOf, letter.Id));
        return headers;
    }

    // The event id among the headers of a letter is the letter's.
    private static bool IsOwn(string name) =>
        name != RecordHeaders.EventId && !name.StartsWith(DeadLetterHeaders.Prefix, StringComparison.Ordinal);

    private static LogHeader Text(string name, string value) => new(name, Encoding.UTF8.GetBytes(value));

    private async Task<LogRecord?> RecordAt(TopicSpec topic, LogPosition at, CancellationToken cancellation)
    {
        if ((await log.EnsureTopic(topic, cancellation)).LogId != at.LogId)
            return null;
        try
        {
            await foreach (var record in log.Read(new TopicPartition(topic.Name, at.Partition), at.Offset, cancellation))
                return record.Offset == at.Offset ? record : null;
        }
        catch (OffsetOutOfRangeException)
        {
            // Retention was faster.
        }
        return null;
    }
}
