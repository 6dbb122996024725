using Microsoft.Extensions.Logging;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// The idempotent producer. What is under way is bounded in bytes; appends beyond wait in the order of their calls, so that a full
/// buffer never turns records of one partition around.
/// </summary>
internal sealed class KafkaProducer(KafkaOptions options, TimeProvider time, ILogger logger) : IEventProducer
{
    private readonly Lock _lock = new();
    private readonly Queue<Pending> _waiting = new();
    private readonly List<TaskCompletionSource> _flushes = [];
    private Ck.IProducer<byte[]?, byte[]?>? _client;
    private string? _fatal;
    private long _bytesUnderWay;
    private int _underWay;
    private bool _disposed;

    private sealed record Pending(NewRecord Record, long Bytes, TaskCompletionSource<AppendedAt> Done);

    public Task<AppendedAt> Append(NewRecord record, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = record.WireBytes();
        if (bytes > options.MaxRecordBytes)
            return Task.FromException<AppendedAt>(new RecordTooLargeException(record.Topic, bytes, options.MaxRecordBytes));

        var pending = new Pending(record, bytes, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _waiting.Enqueue(pending);
            Hand();
        }

        return cancellation.CanBeCanceled ? pending.Done.Task.WaitAsync(cancellation) : pending.Done.Task;
    }

    public Task Flush(CancellationToken cancellation)
    {
        TaskCompletionSource done;
        lock (_lock)
        {
            if (_underWay == 0 && _waiting.Count == 0)
                return Task.CompletedTask;
            done = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _flushes.Add(done);
        }

        return done.Task.WaitAsync(cancellation);
    }

    /// <summary>Waits a bounded time for what is under way; what a broker that is away has not taken by then is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
            _disposed = true;
        using (var late = new CancellationTokenSource(options.RequestTimeout, time))
            await Flush(late.Token).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (Interlocked.Exchange(ref _client, null) is { } client)
            await Blocking.Call(() => { client.Dispose(); return true; });
    }

    /// <summary>Hands over what fits, in order. Called under the lock.</summary>
    private void Hand()
    {
        while (_waiting.TryPeek(out var next)
            && (_underWay == 0 || (_fatal is null && _bytesUnderWay + next.Bytes <= options.ProducerBufferBytes)))
        {
            _waiting.Dequeue();
            _underWay++;
            _bytesUnderWay += next.Bytes;
            if (TryProduce(next) is not { } refused)
                continue;
            _underWay--;
            _bytesUnderWay -= next.Bytes;
            next.Done.SetException(refused);
        }

        if (_underWay > 0 || _waiting.Count > 0)
            return;
        foreach (var flush in _flushes)
            flush.SetResult();
        _flushes.Clear();
    }

    private EventLogException? TryProduce(Pending pending)
    {
        var record = pending.Record;
        try
        {
            var partition = record.Partition is { } number ? new Ck.Partition(number) : Ck.Partition.Any;
            Client().Produce(
                new Ck.TopicPartition(record.Topic, partition), record.ToKafka(), report => Delivered(pending, report));
            return null;
        }
        catch (Ck.KafkaException error)
        {
            NoteFatal(error.Error);
            return Failure(pending, error.Error, error);
        }
    }

    private void Delivered(Pending pending, Ck.DeliveryReport<byte[]?, byte[]?> report)
    {
        if (report.Error.IsError)
            pending.Done.SetException(Failure(pending, report.Error, null));
        else
            pending.Done.SetResult(new AppendedAt(report.TopicPartition.ToOurs(), report.Offset.Value));
        lock (_lock)
        {
            NoteFatal(report.Error);
            _underWay--;
            _bytesUnderWay -= pending.Bytes;
            Hand();
        }
    }

    /// <summary>
    /// An idempotent producer that lost its sequence is unusable for good. Nothing more is handed to it; when the last record under
    /// way has ended, a new one takes its place.
    /// </summary>
    private void NoteFatal(Ck.Error error)
    {
        if (error.IsFatal || error.Code == Ck.ErrorCode.Local_Fatal)
            _fatal ??= error.Reason;
    }

    private Ck.IProducer<byte[]?, byte[]?> Client()
    {
        if (_fatal is { } reason && _client is { } broken)
        {
            logger.ProducerReplaced(reason);
            _client = null;
            _fatal = null;
            // Not here: this may be its own delivery thread, which disposing waits for.
            _ = Blocking.Call(() => { broken.Dispose(); return true; });
        }

        return _client ??= new Ck.ProducerBuilder<byte[]?, byte[]?>(KafkaSettings.Producer(options))
            .SetErrorHandler((_, error) => logger.ClientError("producer", error.Code.ToString(), error.Reason))
            .SetLogHandler(static (_, _) => { })
            .Build();
    }

    private EventLogException Failure(Pending pending, Ck.Error error, Exception? inner) =>
        error.Code is Ck.ErrorCode.MsgSizeTooLarge or Ck.ErrorCode.RecordListTooLarge
            ? new RecordTooLargeException(pending.Record.Topic, pending.Bytes, options.MaxRecordBytes)
            : new EventLogException($"A record was not appended to {pending.Record.Topic}: {error.Reason}", inner);
}
