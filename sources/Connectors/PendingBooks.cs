namespace StreamForge.Sources.Connectors;

/// <summary>Whole books that were asked for by resubscribing and come by the stream.</summary>
internal sealed class PendingBooks
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Expected> _expected = new(StringComparer.Ordinal);

    /// <summary>Expects a book.</summary>
    /// <returns>Completes when its record is durable. Requests that overlap share one book.</returns>
    public Task Expect(VenueSymbol symbol, RepairTag? repair)
    {
        lock (_lock)
        {
            if (!_expected.TryGetValue(symbol.Instrument, out var book))
                _expected[symbol.Instrument] = book = new Expected(repair);
            return book.Durable;
        }
    }

    /// <summary>A book came: who expects it.</summary>
    public Expected? Take(VenueSymbol symbol)
    {
        lock (_lock)
            return _expected.Remove(symbol.Instrument, out var book) ? book : null;
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Forget(VenueSymbol symbol, Task durable)
    {
        lock (_lock)
            if (_expected.TryGetValue(symbol.Instrument, out var book) && book.Durable == durable)
                _expected.Remove(symbol.Instrument);
    }

    /// <summary>The link went.</summary>
    public void FailAll(string reason)
    {
        lock (_lock)
        {
            foreach (var book in _expected.Values)
                book.Fail(reason);
            _expected.Clear();
        }
    }

    internal sealed class Expected(RepairTag? repair)
    {
        private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Goes into the headers of the record.</summary>
        public RepairTag? Repair { get; } = repair;

        public Task Durable => _durable.Task;

        /// <summary>The book was handed in: it counts when it is durable.</summary>
        public async Task Follow(Task appended)
        {
            try
            {
                await appended;
                _durable.TrySetResult();
            }
            catch (RecordRefusedException e)
            {
                Fail(e.Message);
            }
        }

        public void Fail(string reason)
        {
            // Nobody may be waiting any more: then the failure is of no interest.
            _durable.TrySetException(new IOException(reason));
            _ = _durable.Task.Exception;
        }
    }
}
