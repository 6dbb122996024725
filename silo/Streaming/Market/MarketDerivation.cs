using System.Buffers;
using System.Globalization;
using System.Text;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Parsing;
using StreamForge.Grains.Market.Wire;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Market;

/// <summary>The parser of the market path: raw frames in, canonical depth and trades out, with their origin.</summary>
internal sealed class MarketDerivation : IDerivation
{
    private static readonly LogHeader Schema = new(RecordHeaders.Schema, Encoding.ASCII.GetBytes(RecordSchemas.Market));
    private readonly MarketFrameParser _parser = new();

    public IReadOnlyList<string> Targets { get; } = [Topics.MarketDepth, Topics.MarketTrades];

    public string? Derive(LogRecord record, Guid logId, List<NewRecord> derived)
    {
        var input = new RawInput { Value = record.Value.Span };
        foreach (var header in record.Headers)
            input.TakeHeader(header.Name, header.Value.Span);
        var parsed = _parser.Parse(input);
        switch (parsed.Outcome)
        {
            case ParseOutcome.Malformed:
                return parsed.Reason;
            case ParseOutcome.Filtered:
                return null;
        }
        for (var i = 0; i < parsed.Events.Length; i++)
        {
            var item = parsed.Events[i];
            var key = Encoding.UTF8.GetBytes(item.Instrument);
            // Derived topics have the raw one's partitions, so that its watermark holds for theirs: an event must not
            // leave the partition of its frame.
            if (record.Key is not { } rawKey || !rawKey.Span.SequenceEqual(key))
            {
                derived.Clear();
                return $"the frame is about {item.Instrument}, its key says otherwise";
            }
            derived.Add(Canonical(record, logId, item, key, i));
        }
        return null;
    }

    private static NewRecord Canonical(LogRecord raw, Guid logId, MarketEvent item, byte[] key, int index)
    {
        var origin = new Origin(logId, raw.Partition.Partition, raw.Offset, index).ToString();
        var headers = new List<LogHeader>(6)
        {
            Schema,
            new(RecordHeaders.Origin, Encoding.ASCII.GetBytes(origin)),
        };
        foreach (var header in raw.Headers)
            switch (header.Name)
            {
                case RecordHeaders.EventId:
                    var id = Encoding.UTF8.GetString(header.Value.Span);
                    headers.Add(new(header.Name, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}#{index}"))));
                    break;
                case RecordHeaders.TraceParent or RecordHeaders.Source or RecordHeaders.RepairId:
                    headers.Add(header);
                    break;
            }
        var value = new ArrayBufferWriter<byte>(raw.Value.Length + 128);
        MarketEventCodec.Write(value, item);
        return new NewRecord
        {
            Topic = ParsedFrame.TopicOf(item),
            Partition = raw.Partition.Partition,
            Key = key,
            Value = value.WrittenMemory,
            Headers = headers,
            Timestamp = raw.Timestamp,
        };
    }
}
