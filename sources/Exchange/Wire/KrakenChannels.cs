using System.Collections.Concurrent;
using System.Collections.Frozen;
using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>The channels of a Kraken exchange: those of the recording, and further ones with ids of their own.</summary>
internal sealed class KrakenChannels(IReadOnlyDictionary<StreamKey, KrakenChannel> recorded)
{
    private const int FirstOwnId = 100_000;
    private readonly ConcurrentDictionary<StreamKey, KrakenChannel> _all = new(recorded);
    private readonly FrozenSet<string> _pairs = recorded.Keys.Select(stream => stream.Symbol).ToFrozenSet(StringComparer.Ordinal);

    public bool HasPair(string pair) => _pairs.Contains(pair);

    public KrakenChannel Of(StreamKey stream) =>
        _all.GetOrAdd(stream, static (key, all) => new KrakenChannel(FirstOwnId + all.Count, key.Kind, 0), _all);
}
