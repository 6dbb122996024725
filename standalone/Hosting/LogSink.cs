using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Sources.Connectors;

namespace StreamForge.Standalone.Hosting;

/// <summary>Puts what connectors bring into the raw topic of the platform's event log.</summary>
internal sealed class LogSink(IEventLog log, int partitions) : IRawSink, IAsyncDisposable
{
    private readonly IEventProducer _producer = log.CreateProducer();
    private long _appended;

    /// <summary>Records acknowledged.</summary>
    public long Appended => Interlocked.Read(ref _appended);

    public async Task Append(RawRecord record, CancellationToken cancellation)
    {
        try
        {
            await _producer.Append(Convert(record, partition: null), cancellation);
            Interlocked.Increment(ref _appended);
        }
        catch (RecordTooLargeException tooLarge)
        {
            throw new RecordRefusedException(tooLarge.Message, tooLarge);
        }
    }

    public async Task AppendToAll(RawRecord record, CancellationToken cancellation)
    {
        var appends = new Task[partitions];
        for (var i = 0; i < partitions; i++)
            appends[i] = _producer.Append(Convert(record, i), cancellation);
        await Task.WhenAll(appends);
    }

    public ValueTask DisposeAsync() => _producer.DisposeAsync();

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
