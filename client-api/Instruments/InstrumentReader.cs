using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Runtime;
using StreamForge.ClientApi.Caching;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Instruments;

/// <summary>An answer, or why there is none.</summary>
internal readonly record struct ViewAnswer(RenderedView? View, ApiProblem? Problem);

/// <summary>Reads the views of instruments, as fresh as asked for.</summary>
internal sealed class InstrumentReader(
    IGrainFactory grains, IOptions<ClientApiOptions> options, TimeProvider time, IHostApplicationLifetime lifetime)
{
    /// <summary>
    /// A grain that is asked to end waits for its calls: none of ours may keep it longer than a shutdown can bear.
    /// </summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(1);

    private readonly ClientApiOptions _options = options.Value;
    private readonly ViewCache _cache = new(options.Value.CacheBytes);
    private volatile bool _outOfReach;

    public ValueTask<ViewAnswer> Instrument(string id, FreshnessDemand demand) =>
        Answer(new ViewKey(ViewKind.Instrument, id), demand);

    /// <param name="id">The instrument.</param>
    /// <param name="depth">Levels a side.</param>
    /// <param name="demand">How fresh.</param>
    public ValueTask<ViewAnswer> Book(string id, int depth, FreshnessDemand demand) =>
        Answer(new ViewKey(ViewKind.Book, id, depth), demand);

    public ValueTask<ViewAnswer> Trades(string id, int limit, FreshnessDemand demand) =>
        Answer(new ViewKey(ViewKind.Trades, id, limit), demand);

    public ValueTask<ViewAnswer> Candles(
        string id, CandleInterval interval, DateTimeOffset from, DateTimeOffset to, FreshnessDemand demand) =>
        Answer(new ViewKey(ViewKind.Candles, id, (long)interval, from.UtcTicks, to.UtcTicks), demand);

    private async ValueTask<ViewAnswer> Answer(ViewKey key, FreshnessDemand demand)
    {
        var place = _cache.Get(key, this, static (key, reader, rendered) => reader.NewPlace(key, rendered));
        var view = await ReadOrRecall(place);
        if (demand.MinSequence is { } asked && (view is null || view.Freshness.Sequence < asked))
        {
            var reached = await WaitFor(key.Instrument, asked, demand.Wait);
            view = await place.Read();
            if (view is not null && !reached && view.Freshness.Sequence < asked)
                return new(null, ApiProblem.SequenceNotReached(asked, view.Freshness.Sequence, view.FreshnessHeader, _options.RetryAfter));
        }
        if (view is null)
            return new(null, ApiProblem.UnknownInstrument(key.Instrument));
        return demand.MaxAge is { } maxAge && TooOld(view, maxAge) is { } problem ? new(null, problem) : new(view, null);
    }

    /// <summary>
    /// The answer; what was known last where the grain is out of reach. Once one was, the next ones are not waited for as long: when a whole
    /// cluster is gone, readers must not each wait for it.
    /// </summary>
    private async Task<RenderedView?> ReadOrRecall(CachedView place)
    {
        var reading = place.Read();
        try
        {
            var view = await (PatienceFor(place) is { } patience ? reading.WaitAsync(patience, time) : reading);
            _outOfReach = false;
            return view;
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            // That one grain is slow, in a silo that hangs perhaps, says nothing of the others.
            _outOfReach |= reading.IsFaulted;
            if (place.Recall() is { } last)
                return last;
            throw;
        }
    }

    /// <summary>
    /// How long an answer is waited for where one is known: until it was asked for again and that has had its time, too. The question goes on; its
    /// answer is there for the next reader.
    /// </summary>
    private TimeSpan? PatienceFor(CachedView place) =>
        _options.AskAgainAfter == TimeSpan.Zero || place.Bytes == 0 ? null
        : _outOfReach ? _options.AskAgainAfter
        : 2 * _options.AskAgainAfter;

    private async Task<bool> WaitFor(string instrument, long sequence, TimeSpan wait)
    {
        var grain = grains.GetGrain<IInstrumentGrain>(instrument);
        var stopping = lifetime.ApplicationStopping;
        var started = time.GetTimestamp();
        try
        {
            while (wait - time.GetElapsedTime(started) is var left && left > TimeSpan.Zero && !stopping.IsCancellationRequested)
            {
                var part = left < LongestCall ? left : LongestCall;
                if (await Own(grain.WaitForSequence(sequence, part)).WaitAsync(part + _options.GrainTimeout, time, stopping))
                    return true;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends: who waits gets what there is.
        }
        return false;
    }

    private ApiProblem? TooOld(RenderedView view, TimeSpan maxAge)
    {
        var age = view.Freshness.AgeAt(time.GetUtcNow());
        if (age <= maxAge)
            return null;
        var said = age is { } known ? $"The answer is {JsonText.Seconds(known)} s old." : "Nobody vouches for the answer's age.";
        return ApiProblem.TooOld(said, view.FreshnessHeader, view.Freshness.Sequence, _options.RetryAfter);
    }

    private CachedView NewPlace(ViewKey key, Action<int> rendered)
    {
        var grain = grains.GetGrain<IInstrumentGrain>(key.Instrument);
        return key.Kind switch
        {
            ViewKind.Instrument => NewPlace(ViewShapes.Instrument, grain.GetView, rendered),
            ViewKind.Book => NewPlace(ViewShapes.Book, () => grain.GetBook((int)key.First), rendered),
            ViewKind.Trades => NewPlace(ViewShapes.Trades, () => grain.GetTrades((int)key.First), rendered),
            _ => NewPlace(
                ViewShapes.Candles, () => grain.GetCandles((CandleInterval)key.First, Ticks(key.Second), Ticks(key.Third)), rendered),
        };
    }

    private CachedView<T> NewPlace<T>(ViewShape<T> shape, Func<ValueTask<T>> call, Action<int> rendered)
        where T : class =>
        new(shape, () => InTime(call), rendered);

    private Task<T> InTime<T>(Func<ValueTask<T>> call) => _options.AskAgainAfter == TimeSpan.Zero
        ? Own(call()).WaitAsync(_options.GrainTimeout, time)
        : AskTwice(call).WaitAsync(_options.GrainTimeout, time);

    /// <summary>
    /// A call to a silo that died waits out its time-out, and another one finds the grain at its new place long before: who waits is
    /// given whichever answer comes first. Reads change nothing, so two cost nothing but themselves.
    /// </summary>
    private async Task<T> AskTwice<T>(Func<ValueTask<T>> call)
    {
        var first = Own(call());
        var late = Task.Delay(_options.AskAgainAfter, time);
        await Task.WhenAny(first, late);
        if (first.IsCompleted && first.Exception?.InnerException is not (OrleansException or TimeoutException))
            return await first;
        await late;
        var second = Own(call());
        var sooner = await Task.WhenAny(first.IsCompleted ? second : first, second);
        return await (sooner.IsFaulted ? second : sooner);
    }

    /// <summary>A task that ends where the caller runs, not on the thread pool: a simulator owns all threads.</summary>
    private static async Task<T> Own<T>(ValueTask<T> call) => await call;

    private static DateTimeOffset Ticks(long ticks) => new(ticks, TimeSpan.Zero);
}
