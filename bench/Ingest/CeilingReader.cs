using System.Diagnostics;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Streaming;
using StreamForge.Silo.Streaming.Market;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Bench.Ingest;

/// <summary>
/// What a consumer could do at most: a consumer group that reads the same log in the same batches, on as many schedulers, with
/// the platform's key names and decoder, and keeps nothing.
/// </summary>
internal sealed class CeilingReader(
    IEventLog log, IGrainFactory grains, IPumpSchedulers schedulers, PumpOptions options) : IAssignmentHandler, IDisposable
{
    private readonly List<Task> _readers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _expected;
    private long _read;

    /// <summary>Reads so many records from the start of the log; the time it took.</summary>
    public async Task<TimeSpan> Run(string group, long records, CancellationToken cancellation)
    {
        _expected = records;
        var start = Stopwatch.GetTimestamp();
        await using (await log.Join(group, [Topics.MarketDepth, Topics.MarketTrades], this, cancellation))
        {
            await _done.Task.WaitAsync(cancellation);
            var took = Stopwatch.GetElapsedTime(start);
            await _stop.CancelAsync();
            await Task.WhenAll(_readers);
            return took;
        }
    }

    public ValueTask Assigned(IReadOnlyList<IAssignedPartition> partitions, CancellationToken cancellation)
    {
        foreach (var partition in partitions)
            _readers.Add(Task.Factory
                .StartNew(() => Read(partition), CancellationToken.None, TaskCreationOptions.DenyChildAttach, schedulers.Create())
                .Unwrap());
        return ValueTask.CompletedTask;
    }

    public ValueTask Revoked(IReadOnlyList<TopicPartition> partitions, CancellationToken deadline) => ValueTask.CompletedTask;

    public ValueTask Lost(IReadOnlyList<TopicPartition> partitions) => ValueTask.CompletedTask;

    public void Dispose() => _stop.Dispose();

    private async Task Read(IAssignedPartition partition)
    {
        var feed = new MarketFeed(partition.Partition.Topic, grains);
        var names = new KeyNames();
        try
        {
            partition.Seek(partition.Bounds.Start);
            while (!_stop.IsCancellationRequested)
            {
                var batch = await partition.Read(options.ReadBytes, _stop.Token);
                foreach (var record in batch.Records)
                    if (!feed.TryDecode(record, names.Of(record.Key), out _, out var reason))
                        throw new InvalidOperationException($"{partition.Partition}/{record.Offset}: {reason}");
                if (Interlocked.Add(ref _read, batch.Records.Count) >= _expected)
                    _done.TrySetResult();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // All was read.
        }
        catch (Exception error)
        {
            _done.TrySetException(error);
        }
    }
}
