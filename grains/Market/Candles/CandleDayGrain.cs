using System.Collections.Immutable;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Contracts.Market;

namespace StreamForge.Grains.Market.Candles;

/// <summary>Keeps a day's minutes for the instrument that forwards them: see <see cref="ICandleDayGrain"/>.</summary>
public sealed class CandleDayGrain(
    [PersistentState("candle-day", "checkpoint")] IPersistentState<CandleDayState> state) : Grain, ICandleDayGrain
{
    private ImmutableArray<RevisedCandle> _view;
    private bool _unwritten;

    public async ValueTask Put(ImmutableArray<RevisedCandle> candles)
    {
        foreach (var candle in candles)
            if (state.State.Put(candle))
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

    public ValueTask<ImmutableArray<RevisedCandle>> Get()
    {
        if (_view.IsDefault)
            _view = [.. state.State.Candles()];
        return ValueTask.FromResult(_view);
    }
}
