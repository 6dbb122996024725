using System.Buffers;
using System.Diagnostics;
using System.Text;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Wire;
using StreamForge.Silo.Streaming;

namespace StreamForge.Bench.Ingest;

/// <summary>
/// Appends events at a fixed rate, whatever becomes of them: an event that goes out late is late, so a slow platform cannot slow
/// the clock that it is measured by. Writes a watermark into every partition each second, as connectors do.
/// </summary>
internal sealed class OpenLoop(IEventLog log, BenchEvent[] events, double rate, bool raw, int partitions) : IAsyncDisposable
{
    private readonly IEventProducer _producer = log.CreateProducer();
    private readonly List<Task> _appends = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _sent;

    /// <summary>Events handed to the log.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>When an event was to go out, in ticks of the stopwatch.</summary>
    public long ScheduledAt(int index) => _start + (long)(index / rate * Stopwatch.Frequency);

    /// <summary>Sends until all is sent or it is cancelled, then until all is acknowledged.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        await Task.Factory.StartNew(() => Send(cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(_appends);
    }

    public ValueTask DisposeAsync() => _producer.DisposeAsync();

    private void Send(CancellationToken cancellation)
    {
        var next = 0;
        var marks = 0;
        while (next < events.Length && !cancellation.IsCancellationRequested)
        {
            var elapsed = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            if (elapsed >= marks)
            {
                AppendWatermarks();
                marks++;
            }

            var due = Math.Min(events.Length, (int)(elapsed * rate) + 1);
            for (; next < due; next++)
                Append(events[next].Record);
            Volatile.Write(ref _sent, next);
            Thread.Sleep(1);
        }
    }

    /// <summary>Sends all as fast as it is applied, never more than a little ahead; returns when all is applied.</summary>
    /// <param name="applied">Events that were applied since the start.</param>
    public async Task RunClosed(Func<long> applied, CancellationToken cancellation)
    {
        const int ahead = 20_000;
        await Task.Factory.StartNew(
            () =>
            {
                for (var next = 0; next < events.Length; next++)
                {
                    while (next - applied() >= ahead)
                    {
                        cancellation.ThrowIfCancellationRequested();
                        Thread.Sleep(1);
                    }

                    Append(events[next].Record);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await Task.WhenAll(_appends);
        while (applied() < events.Length)
            await Task.Delay(1, cancellation);
    }

    private void Append(NewRecord record)
    {
        var append = _producer.Append(record, CancellationToken.None);
        // What has succeeded needs no waiting for.
        if (_appends.Count > 0 && _appends[^1].IsCompletedSuccessfully)
            _appends[^1] = append;
        else
            _appends.Add(append);
    }

    private void AppendWatermarks()
    {
        var value = new ArrayBufferWriter<byte>(128);
        SourceWatermarkCodec.Write(value, new SourceWatermark { Source = "binance", Through = DateTimeOffset.UtcNow, Up = true });
        string[] topics = raw ? [Topics.RawMarket] : [Topics.MarketDepth, Topics.MarketTrades];
        foreach (var topic in topics)
            for (var partition = 0; partition < partitions; partition++)
                Append(new NewRecord
                {
                    Topic = topic,
                    Partition = partition,
                    Value = value.WrittenMemory,
                    Headers =
                    [
                        new(RecordHeaders.Source, Encoding.ASCII.GetBytes("binance")),
                        new(RecordHeaders.Schema, Encoding.ASCII.GetBytes(RecordSchemas.Watermark)),
                    ],
                    Timestamp = DateTimeOffset.UtcNow,
                });
    }
}
