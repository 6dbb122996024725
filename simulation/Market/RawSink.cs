using System.Globalization;
using System.Text;
using System.Text.Json;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Sources.Connectors;

namespace StreamForge.Simulation.Market;

/// <summary>Puts what connectors bring into the raw topic, and notes what the receipt of each stands for.</summary>
internal sealed class RawSink(IEventLog log, int partitions, MarketTruth truth) : IRawSink
{
    private readonly IEventProducer _producer = log.CreateProducer();

    public async Task Append(RawRecord record, CancellationToken cancellation)
    {
        NoteAnswer(record);
        await _producer.Append(Convert(record, partition: null), cancellation);
    }

    public async Task AppendToAll(RawRecord record, CancellationToken cancellation)
    {
        var appends = new Task[partitions];
        for (var i = 0; i < partitions; i++)
            appends[i] = _producer.Append(Convert(record, i), cancellation);
        foreach (var append in appends)
            await append;
    }

    /// <summary>The receipt of a REST answer stands for the publication of the newest that is in it.</summary>
    private void NoteAnswer(RawRecord record)
    {
        string? schema = null, received = null, instrument = null;
        foreach (var (name, value) in record.Headers)
            switch (name)
            {
                case RawHeaders.Schema: schema = Encoding.UTF8.GetString(value.Span); break;
                case RawHeaders.ReceivedAt: received = Encoding.UTF8.GetString(value.Span); break;
                case RawHeaders.Instrument: instrument = Encoding.UTF8.GetString(value.Span); break;
            }

        if (instrument is null || received is null || schema is not (RawHeaders.SchemaDepthSnapshot or RawHeaders.SchemaTrades))
            return;
        using var body = JsonDocument.Parse(record.Value);
        var about = truth[instrument];
        var at = schema == RawHeaders.SchemaDepthSnapshot
            ? about.SentAt(body.RootElement.GetProperty("lastUpdateId").GetInt64())
            : body.RootElement.GetArrayLength() is > 0 and var n ? about.TradeSentAt(body.RootElement[n - 1].GetProperty("id").GetInt64()) : null;
        truth.Claim(
            DateTimeOffset.UnixEpoch.AddTicks(long.Parse(received, CultureInfo.InvariantCulture) / 100), at ?? TimeSpan.Zero);
    }

    private static NewRecord Convert(RawRecord record, int? partition)
    {
        var headers = new LogHeader[record.Headers.Count];
        for (var i = 0; i < headers.Length; i++)
            headers[i] = new LogHeader(record.Headers[i].Name, record.Headers[i].Value);
        return new NewRecord
        {
            Topic = Topics.RawMarket,
            Partition = partition,
            Key = record.Key,
            Value = record.Value,
            Headers = headers,
            Timestamp = record.Timestamp,
        };
    }
}
