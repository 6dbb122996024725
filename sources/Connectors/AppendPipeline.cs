using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace StreamForge.Sources.Connectors;

/// <summary>
/// Hands the records of one connection to the sink in their order, many at once, with a bound on the bytes that wait. A failed
/// append is repeated, in order and for as long as it takes, before anything newer is handed in. One caller at a time.
/// </summary>
internal sealed class AppendPipeline : IDisposable
{
    private readonly IRawSink _sink;
    private readonly ConnectorOptions _options;
    private readonly ConnectorIds _ids;
    private readonly TimeProvider _time;
    private readonly ConnectorMetrics _metrics;
    private readonly ILogger _log;
    private readonly Channel<Pending> _pending =
        Channel.CreateUnbounded<Pending>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    // Held while a record is handed in, and during the repetition of failed ones.
    private readonly SemaphoreSlim _handing = new(1);
    private readonly SemaphoreSlim _freed = new(0);
    private volatile bool _failed;
    private long _bytes;
    private long _handed;
    private long _acknowledged;

    public AppendPipeline(
        IRawSink sink, ConnectorOptions options, ConnectorIds ids, TimeProvider time, ConnectorMetrics metrics, ILogger log)
    {
        _sink = sink;
        _options = options;
        _ids = ids;
        _time = time;
        _metrics = metrics;
        _log = log;
    }

    /// <summary>The number of the record handed in last; 0 for none.</summary>
    public long Handed => Volatile.Read(ref _handed);

    /// <summary>All records up to this number are durable (or refused for ever).</summary>
    public long Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Whether a record of that size must wait.</summary>
    public bool IsFull(int size) => Volatile.Read(ref _bytes) is > 0 and var waiting && waiting + size > _options.MaxInFlightBytes;

    /// <summary>Hands in a record, once there is room for it.</summary>
    /// <returns>Completes when the record is durable; faults only if it never will be.</returns>
    public async ValueTask<Task> Append(RawRecord record, CancellationToken cancellation)
    {
        while (IsFull(record.Value.Length))
            await _freed.WaitAsync(cancellation);
        await _handing.WaitAsync(cancellation);
        try
        {
            Interlocked.Add(ref _bytes, record.Value.Length);
            // Behind a failed record nothing may be handed in before that is repeated: this one waits for its turn.
            var attempt = _failed ? null : Hand(record, CancellationToken.None);
            var item = new Pending(record, _time.GetTimestamp(), attempt);
            Interlocked.Increment(ref _handed);
            _pending.Writer.TryWrite(item);
            return item.Durable.Task;
        }
        finally
        {
            _handing.Release();
        }
    }

    /// <summary>Nothing more comes: <see cref="Run"/> ends when all is durable.</summary>
    public void Complete() => _pending.Writer.TryComplete();

    public void Dispose()
    {
        _handing.Dispose();
        _freed.Dispose();
    }

    /// <summary>Waits for acknowledgements and repeats what failed. Runs as long as the connection's connector.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        await foreach (var item in _pending.Reader.ReadAllAsync(cancellation))
            if (await Succeeded(item, cancellation))
                Settle(item, refusal: null);
            else
                await Repeat(item, cancellation);
    }

    /// <summary>Repeats a failed record and all that were handed in after it and failed too, while nothing new is handed in.</summary>
    private async Task Repeat(Pending failed, CancellationToken cancellation)
    {
        await _handing.WaitAsync(cancellation);
        try
        {
            var item = failed;
            do
            {
                if (!await Succeeded(item, cancellation))
                    await RepeatOne(item, cancellation);
                else
                    Settle(item, refusal: null);
            }
            while (_pending.Reader.TryRead(out item!));
            _failed = false;
        }
        finally
        {
            _handing.Release();
        }
    }

    private async Task RepeatOne(Pending item, CancellationToken cancellation)
    {
        var backoff = new Backoff(_options.RetryBase, _options.RetryMax, _ids.NextDouble);
        while (true)
        {
            try
            {
                await (item.Attempt ??= Hand(item.Record, cancellation));
                Settle(item, refusal: null);
                return;
            }
            catch (RecordRefusedException e)
            {
                Log.Refused(_log, item.Record.Value.Length, e.Message);
                _metrics.Refused();
                Settle(item, e);
                return;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                var pause = backoff.Next();
                Log.AppendFailed(_log, pause, e);
                await Task.Delay(pause, _time, cancellation);
                item.Attempt = null;
            }
        }
    }

    private void Settle(Pending item, RecordRefusedException? refusal)
    {
        Interlocked.Add(ref _bytes, -item.Record.Value.Length);
        Interlocked.Increment(ref _acknowledged);
        _metrics.Appended(_time.GetElapsedTime(item.HandedAt));
        if (refusal is null)
            item.Durable.TrySetResult();
        else
            item.Durable.TrySetException(refusal);
        if (_freed.CurrentCount == 0)
            _freed.Release();
    }

    /// <summary>A sink that throws at once fails like one that does so later.</summary>
    private async Task Hand(RawRecord record, CancellationToken cancellation)
    {
        try
        {
            await _sink.Append(record, cancellation);
        }
        catch (Exception e) when (e is not RecordRefusedException)
        {
            _failed = true;
            throw;
        }
    }

    private static async ValueTask<bool> Succeeded(Pending item, CancellationToken cancellation)
    {
        if (item.Attempt is { IsCompleted: false } attempt)
            await attempt.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellation.ThrowIfCancellationRequested();
        return item.Attempt is { IsCompletedSuccessfully: true };
    }

    private sealed class Pending(RawRecord record, long handedAt, Task? attempt)
    {
        public RawRecord Record { get; } = record;

        public long HandedAt { get; } = handedAt;

        /// <summary>The latest attempt; none where it waits for its turn.</summary>
        public Task? Attempt { get; set; } = attempt;

        public TaskCompletionSource Durable { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
