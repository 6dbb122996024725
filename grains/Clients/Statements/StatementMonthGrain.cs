using System.Collections.Immutable;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Contracts.Clients;

namespace StreamForge.Grains.Clients.Statements;

/// <summary>Keeps a month's postings for the client that forwards them: see <see cref="IStatementMonthGrain"/>.</summary>
public sealed class StatementMonthGrain(
    [PersistentState("statement-month", "checkpoint")] IPersistentState<StatementMonthState> state) : Grain, IStatementMonthGrain
{
    private ImmutableArray<Posting> _view;
    private bool _unwritten;

    public async ValueTask Put(ImmutableArray<Posting> postings)
    {
        foreach (var posting in postings)
            if (state.State.Put(posting))
                (_unwritten, _view) = (true, default);
        // After a write that failed memory is ahead of the storage: then what was put before is written with this, or again.
        if (!_unwritten)
            return;
        try
        {
            await state.WriteStateAsync();
            _unwritten = false;
        }
        catch (InconsistentStateException)
        {
            DeactivateOnIdle();
            throw;
        }
    }

    public ValueTask<ImmutableArray<Posting>> Get()
    {
        if (_view.IsDefault)
            _view = state.State.Ordered();
        return ValueTask.FromResult(_view);
    }
}
