using Microsoft.Extensions.Logging;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// The idempotent producer. What is under way is bounded in bytes; appends beyond wait in the order of their calls, so that a full
/// buffer never turns records of one partition around.
/// </summary>
internal sealed class KafkaProducer(KafkaOptions options, KafkaLink link, TimeProvider time, ILogger logger) : IEventProducer
{
    private readonly Lock _lock = new();
    private readonly Queue<Pending> _waiting = new();
    private readonly List<TaskCompletionSource> _flushes = [];
    private Ck.IProducer<byte[]?, byte[]?>? _client;
    private string? _fatal;
    private long _bytesUnderWay;
    private readonly HashSet<Pending> _underWay = [];
    private bool _disposed;

    private sealed class Pending(NewRecord record, long bytes, AppendChain? chain)
    {
        public readonly NewRecord Record = record;
        public readonly long Bytes = bytes;
        public readonly AppendChain? Chain = chain;
        public readonly TaskCompletionSource<AppendedAt> Done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public Task<AppendedAt> Append(NewRecord record, CancellationToken cancellation, AppendChain? chain = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var bytes = record.WireBytes();
        if (bytes > options.MaxRecordBytes)
            return Task.FromException<AppendedAt>(new RecordTooLargeException(record.Topic, bytes, options.MaxRecordBytes));

        var pending = new Pending(record, bytes, chain);
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
            if (_underWay.Count == 0 && _waiting.Count == 0)
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
        await Flush(CancellationToken.None).WaitAsync(options.CloseTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GiveUp();
        if (Interlocked.Exchange(ref _client, null) is not { } client)
            return;
        var disposing = Blocking.Call(() => { client.Dispose(); return true; });
        await ((Task)disposing).WaitAsync(options.CloseTimeout, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Whoever still waits for an append is told; what became of it is unknown.</summary>
    private void GiveUp()
    {
        List<Pending> open;
        lock (_lock)
        {
            open = [.. _underWay, .. _waiting];
            _underWay.Clear();
            _waiting.Clear();
            _bytesUnderWay = 0;
            EndFlushes();
        }

        if (open.Count == 0)
            return;
        logger.RecordsGivenUp(open.Count);
        foreach (var pending in open)
            pending.Done.TrySetException(new EventLogException(
                $"It is not known to be appended to {pending.Record.Topic}: the producer was closed before a broker answered."));
    }

    /// <summary>Hands over what fits, in order. Called under the lock.</summary>
    private void Hand()
    {
        while (_waiting.TryPeek(out var next)
            && (_underWay.Count == 0 || (_fatal is null && _bytesUnderWay + next.Bytes <= options.ProducerBufferBytes)))
        {
            _waiting.Dequeue();
            _underWay.Add(next);
            _bytesUnderWay += next.Bytes;
            if (TryProduce(next) is not { } refused)
                continue;
            if (refused is not RecordTooLargeException)
                next.Chain?.Break();
            _underWay.Remove(next);
            _bytesUnderWay -= next.Bytes;
            next.Done.TrySetException(refused);
        }

        if (_underWay.Count > 0 || _waiting.Count > 0)
            return;
        EndFlushes();
    }

    private void EndFlushes()
    {
        foreach (var flush in _flushes)
            flush.SetResult();
        _flushes.Clear();
    }

    private EventLogException? TryProduce(Pending pending)
    {
        var record = pending.Record;
        if (pending.Chain is { IsBroken: true })
            return AppendChain.Refusal(record.Topic);
        try
        {
            var partition = record.Partition is { } number ? new Ck.Partition(number) : Ck.Partition.Any;
            Client().Produce(
                new Ck.TopicPartition(options.Names.Topic(record.Topic), partition), record.ToKafka(), report => Delivered(pending, report));
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
        {
            // Under the lock that records are handed over by, and before anybody can hear of it.
            lock (_lock)
                pending.Chain?.Break();
            pending.Done.TrySetException(Failure(pending, report.Error, null));
        }
        else
        {
            pending.Done.TrySetResult(new AppendedAt(new TopicPartition(pending.Record.Topic, report.Partition.Value), report.Offset.Value));
            link.Worked();
        }
        lock (_lock)
        {
            NoteFatal(report.Error);
            if (!_underWay.Remove(pending))
                return; // given up
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
            .SetErrorHandler((_, error) => link.Failed("producer", error))
            .SetLogHandler(static (_, _) => { })
            .Build();
    }

    private EventLogException Failure(Pending pending, Ck.Error error, Exception? inner) =>
        error.Code is Ck.ErrorCode.MsgSizeTooLarge or Ck.ErrorCode.RecordListTooLarge
            ? new RecordTooLargeException(pending.Record.Topic, pending.Bytes, options.MaxRecordBytes)
            : new EventLogException($"A record was not appended to {pending.Record.Topic}: {error.Reason}", inner);
}
