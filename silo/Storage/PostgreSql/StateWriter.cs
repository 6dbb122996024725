using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>
/// Writes that come together are written together. A few loops, each with one statement under way: while it is, further writes
/// gather and make up the next one, so batches grow with load, and a lone write waits for nobody.
/// </summary>
internal sealed class StateWriter : IAsyncDisposable
{
    private const int MostAttempts = 10;

    private readonly PostgresDatabase _database;
    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>();
    private readonly StateForms _forms;
    private readonly Task[] _loops;

    public StateWriter(PostgresDatabase database)
    {
        _database = database;
        _forms = new StateForms(database.Options.PatchMemoryBytes);
        // On the pool's scheduler, whatever turn the store was made in.
        _loops = [.. Enumerable.Range(0, database.Options.WriteConnections).Select(_ => Task.Factory.StartNew(
            Loop, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap())];
    }

    private sealed class Pending(StateWrite write)
    {
        public StateWrite Write => write;

        public StateForm Form { get; set; }

        public TaskCompletionSource<WriteOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <exception cref="StateStoreException">The outcome is unknown.</exception>
    public Task<WriteOutcome> Write(StateWrite write)
    {
        var pending = new Pending(write);
        if (!_queue.Writer.TryWrite(pending))
            pending.Done.SetException(new StateStoreException("PostgreSQL: the store is closed."));
        return pending.Done.Task;
    }

    /// <summary>Writes what was handed in, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await Task.WhenAll(_loops);
    }

    private async Task Loop()
    {
        var later = new Queue<Pending>();
        var batch = new List<Pending>();
        while (later.Count > 0 || await _queue.Reader.WaitToReadAsync())
        {
            Gather(batch, later);
            if (batch.Count > 0)
                await Write(batch);
            batch.Clear();
        }
    }

    /// <summary>Fills a batch up to its bounds. A second write of a key waits for the next one: a statement changes a row once.</summary>
    private void Gather(List<Pending> batch, Queue<Pending> later)
    {
        var options = _database.Options;
        var keys = new HashSet<StateKey>();
        var bytes = 0;
        for (var again = later.Count; again > 0; again--)
            Sort(later.Dequeue());
        while (batch.Count < options.MaxBatchRows && bytes < options.MaxBatchBytes && _queue.Reader.TryRead(out var pending))
            Sort(pending);
        batch.Sort(static (a, b) => InKeyOrder(a.Write.Key, b.Write.Key));

        void Sort(Pending pending)
        {
            if (batch.Count >= options.MaxBatchRows || !keys.Add(pending.Write.Key))
            {
                later.Enqueue(pending);
                return;
            }

            pending.Form = _forms.Choose(pending.Write);
            if (batch.Count > 0 && bytes + pending.Form.Content.Length > options.MaxBatchBytes)
            {
                later.Enqueue(pending);
                return;
            }

            batch.Add(pending);
            bytes += pending.Form.Content.Length;
        }
    }

    private async Task Write(List<Pending> batch)
    {
        try
        {
            await using var connection = await _database.Source.OpenConnectionAsync();
            await Write(connection, batch);
        }
        catch (Exception error)
        {
            var unknown = PostgresDatabase.Unknown(error);
            _database.Logger.WriteFailed(error, batch.Count);
            foreach (var pending in batch)
            {
                _forms.Forget(pending.Write.Key);
                pending.Done.TrySetException(unknown);
            }
        }
    }

    private async Task Write(NpgsqlConnection connection, List<Pending> batch)
    {
        try
        {
            var outcomes = await Execute(connection, batch.ConvertAll(static p => new RowWrite(p.Write, p.Form)));
            for (var i = 0; i < batch.Count; i++)
                Settle(batch[i], outcomes[i]);
        }
        catch (PostgresException error) when (batch.Count > 1 && IsOfOneRow(error))
        {
            // The others must not suffer from it.
            _database.Logger.BatchSplit(error, batch.Count);
            var half = batch.Count / 2;
            await Write(connection, batch[..half]);
            await WriteRest(connection, batch[half..]);
        }
    }

    private async Task<RowOutcome[]> Execute(NpgsqlConnection connection, List<RowWrite> rows)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StateWriteStatement.Execute(connection, rows, _database.Time.GetUtcNow(), CancellationToken.None);
            }
            catch (PostgresException error) when (attempt < MostAttempts && IsRolledBack(error))
            {
                // The other side goes on meanwhile, so this one gets through in the end.
                _database.Logger.BatchRepeated(error, rows.Count);
            }
        }
    }

    private void Settle(Pending pending, RowOutcome row)
    {
        var (write, form) = (pending.Write, pending.Form);
        if (row.ByThis)
        {
            _forms.Stored(write, form);
            StorageMeter.Sent(write.Key.Kind, form.Content.Length, form.Number > 0);
        }
        else
        {
            _forms.Forget(write.Key);
        }

        // Somebody stored another state under the ETag of the one that was patched: the next attempt writes it whole.
        if (form.Number > 0 && !row.Outcome.Written && row.Outcome.StoredETag == write.ExpectedETag)
            pending.Done.TrySetException(new StateStoreException($"PostgreSQL: {write.Key} is not the state that the patch is for."));
        else
            pending.Done.TrySetResult(row.Outcome);
    }

    private async Task WriteRest(NpgsqlConnection connection, List<Pending> rest)
    {
        if (connection.State == System.Data.ConnectionState.Open)
            await Write(connection, rest);
        else
            await Write(rest);
    }

    /// <summary>The same for all that write batches, so that they seldom wait for each other in a circle.</summary>
    private static int InKeyOrder(StateKey a, StateKey b)
    {
        var byKind = string.CompareOrdinal(a.Kind, b.Kind);
        return byKind != 0 ? byKind : string.CompareOrdinal(a.Id, b.Id);
    }

    /// <summary>For a reason that may be gone the next time: a deadlock, or a row that changed under a stricter isolation.</summary>
    private static bool IsRolledBack(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>Data errors, violated constraints and limits, by the class of the SQL state.</summary>
    private static bool IsOfOneRow(PostgresException error) =>
        error.SqlState.StartsWith("22", StringComparison.Ordinal) || error.SqlState.StartsWith("23", StringComparison.Ordinal)
        || error.SqlState.StartsWith("54", StringComparison.Ordinal);
}
