using StreamForge.Contracts.Streams;

namespace StreamForge.Tests.Streaming.Pump;

/// <summary>An event of these tests: a number.</summary>
internal sealed record Numbered(long Value) : StreamEvent;

/// <summary>
/// A grain as the pump sees one, without an engine: it keeps what it applied, remembers what was flushed, and can lose its
/// memory, fail, hang, or refuse.
/// </summary>
internal sealed class ModelGrain(string topic, Guid logId) : IIngestGrain
{
    private readonly Lock _gate = new();
    private List<long> _values = [];
    private List<long> _durable = [];
    private long _position = -1;
    private long _durablePosition = -1;
    private int _failures;
    private long _epoch;
    private bool _differs;

    /// <summary>Called before each ingest: may throw, or wait.</summary>
    public Func<IngestBatch, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>A rule that a number may break.</summary>
    public Func<long, bool> Refuses { get; set; } = _ => false;

    public int Calls { get; private set; }

    /// <summary>Calls that threw.</summary>
    public int Failures => Volatile.Read(ref _failures);

    public IReadOnlyList<long> Values
    {
        get
        {
            lock (_gate)
                return [.. _values];
        }
    }

    /// <summary>The activation is gone: what was flushed is what there is.</summary>
    public void LoseMemory()
    {
        lock (_gate)
            (_values, _position, _differs) = ([.. _durable], _durablePosition, false);
    }

    /// <summary>What is stored now.</summary>
    /// <returns>Puts it in place of what is stored then; memory stays as it is, until it is compared to that.</returns>
    public Action Copy()
    {
        lock (_gate)
        {
            var (values, position) = (_durable, _durablePosition);
            return () =>
            {
                lock (_gate)
                    (_durable, _durablePosition, _differs) = (values, position, true);
            };
        }
    }

    /// <summary>What is stored.</summary>
    public IReadOnlyList<long> Durable
    {
        get
        {
            lock (_gate)
                return [.. _durable];
        }
    }

    /// <summary>Whether it is past a loss; asked by the pump.</summary>
    public Func<FeedLoss, bool> Past { get; set; } = _ => true;

    public ValueTask<bool> IsPast(string topic, FeedLoss loss) => ValueTask.FromResult(Past(loss));

    public async ValueTask<IngestResult> Ingest(IngestBatch batch)
    {
        try
        {
            await Before(batch);
        }
        catch
        {
            Interlocked.Increment(ref _failures);
            throw;
        }
        lock (_gate)
        {
            Calls++;
            if (batch.Epoch > _epoch && _differs)
                LoseMemory();
            _epoch = Math.Max(_epoch, batch.Epoch);
            if (batch.Epoch < _epoch)
                return new IngestResult { Outcome = IngestOutcome.Fenced, Applied = _position };
            if (batch.Previous is { } previous && _position < previous)
                return new IngestResult { Outcome = IngestOutcome.Behind, Applied = _position };
            var counts = default(IngestCounts);
            foreach (var record in batch.Records)
            {
                if (record.Offset <= _position)
                {
                    counts += new IngestCounts(0, record.Event is null ? 0 : 1, 0, 0);
                    continue;
                }
                if (record.Event is Numbered refused && Refuses(refused.Value))
                    return new IngestResult
                    {
                        Outcome = IngestOutcome.Rejected,
                        Applied = _position,
                        RejectedOffset = record.Offset,
                        Reason = "the rule says no",
                        Counts = counts,
                    };
                if (record.Event is Numbered number)
                {
                    _values.Add(number.Value);
                    counts += new IngestCounts(1, 0, 0, 0);
                }
                _position = record.Offset;
            }
            return new IngestResult { Outcome = IngestOutcome.Applied, Applied = _position, Counts = counts };
        }
    }

    /// <summary>Called before each flush: may throw, or wait.</summary>
    public Func<Task> BeforeFlush { get; set; } = () => Task.CompletedTask;

    public async ValueTask<FlushResult> Flush()
    {
        await BeforeFlush();
        lock (_gate)
        {
            if (_differs && _durable.Count != _values.Count)
            {
                LoseMemory();
                throw new InvalidOperationException("Another state is stored than the one that this follows.");
            }
            (_durable, _durablePosition) = ([.. _values], _position);
            return new FlushResult
            {
                Durable = [new FeedPosition(topic, new LogPosition(logId, 0, _durablePosition))],
                BytesWritten = 8 * _durable.Count,
            };
        }
    }
}
