using Microsoft.Extensions.Logging;

namespace StreamForge.Sources.Exchange.Generation;

/// <summary>
/// Keeps a generated market over restarts and crashes. Frames are reserved in blocks: before the first of a block goes out, a
/// durable file says that all of it may have. A start goes on behind the block, so that no frame is ever told in two versions;
/// what of it never went out counts as told while nobody listened, and can be asked for.
/// </summary>
/// <remarks>
/// Now and then the whole state is kept too, the two newest; a start makes the frames since the older one again, so that also trades
/// of shortly before can still be asked for by id.
/// </remarks>
internal sealed class MarketKeeper
{
    private const double BlockSeconds = 1;
    private const double StateSeconds = 10;

    // A start makes the frames of two such intervals again: about a second or two of a core.
    private const long MaxInterval = 100_000;

    // A state is some hundred bytes an instrument: so many frames pay for it.
    private const long FramesPerInstrument = 5;
    private readonly MarketFolder _files;
    private readonly long _block;
    private readonly long _interval;
    private readonly List<long> _states;
    private long _reserved;

    private MarketKeeper(MarketFolder files, GeneratedMarket market, GeneratorOptions options, IEnumerable<long> states)
    {
        (_files, Market, _states, _reserved) = (files, market, [.. states], market.Frames);
        _block = Math.Max(1, (long)(options.Rate * BlockSeconds));
        _interval = Math.Max(
            Math.Min((long)(options.Rate * StateSeconds), MaxInterval), options.Instruments * FramesPerInstrument);
    }

    /// <summary>At the point where it goes on.</summary>
    public GeneratedMarket Market { get; }

    /// <summary>The market that the folder keeps, or a new one.</summary>
    /// <exception cref="InvalidDataException">Its files are damaged; the message names the file.</exception>
    /// <exception cref="IOException">They cannot be read or written.</exception>
    public static MarketKeeper Open(string folder, GeneratorOptions options, ILogger logger)
    {
        var files = new MarketFolder(folder);
        if (files.ReadPlace() is not { } place)
            return Begin(files, new GeneratedMarket(options), options);
        if (files.States() is not [var oldest, ..] states)
            throw files.Damaged(folder, "its states are missing");
        var market = GeneratedMarket.Restore(files.ReadState(oldest), options, new FrameClock(place.Anchors));
        while (market.Frames < place.Reserved)
            market.Next();
        var wanted = MarketShape.Of(options);
        if (market.Shape == wanted)
        {
            Log.Continues(logger, market.Frames);
            return new MarketKeeper(files, market, options, states);
        }

        Log.BeginsAnew(logger, market.Shape.To(wanted));
        using (market)
            return Begin(files, market.Follow(options), options);
    }

    /// <summary>To be called before each frame: it is reserved when this returns.</summary>
    /// <exception cref="IOException">It could not be stored: the frame must not go out.</exception>
    public void BeforeNext()
    {
        if (Market.Frames < _reserved)
            return;
        if (Market.Frames - _states[^1] >= _interval)
            KeepState();
        Store(Market.Frames + _block);
    }

    /// <summary>No more frames go out: what was reserved and not used is free again.</summary>
    public void End()
    {
        if (Market.Frames < _reserved)
            Store(Market.Frames);
    }

    private static MarketKeeper Begin(MarketFolder files, GeneratedMarket market, GeneratorOptions options)
    {
        // First the new state, then away with those of another market, and all that before a frame of the new one goes out: whatever
        // a crash leaves of it, the next start is above all that was told.
        var former = files.States().Where(frame => frame != market.Frames).ToList();
        files.WriteState(market.Frames, market.Capture());
        former.ForEach(files.DeleteState);
        return new MarketKeeper(files, market, options, [market.Frames]);
    }

    private void KeepState()
    {
        _files.WriteState(Market.Frames, Market.Capture());
        _states.Add(Market.Frames);
        while (_states.Count > 2)
        {
            _files.DeleteState(_states[0]);
            _states.RemoveAt(0);
        }

        Market.Clock.Forget(_states[0]);
    }

    private void Store(long reserved)
    {
        _files.WritePlace(new MarketPlace(reserved, Market.Clock.Anchors));
        _reserved = reserved;
    }
}
