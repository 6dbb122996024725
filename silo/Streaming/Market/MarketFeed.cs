using System.Diagnostics.CodeAnalysis;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Wire;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Market;

/// <summary>A canonical market topic: its events go to the instrument that is their key.</summary>
internal sealed class MarketFeed(string topic, IGrainFactory grains) : IGrainFeed
{
    public string Topic { get; } = topic;

    public IIngestGrain GrainOf(string key) => grains.GetGrain<IInstrumentGrain>(key);

    public bool TryDecode(
        LogRecord record, string key, [NotNullWhen(true)] out StreamEvent? decoded, [NotNullWhen(false)] out string? reason)
    {
        decoded = null;
        if (!MarketEventCodec.TryRead(record.Value.Span, out var item, out reason))
            return false;
        if (item.Instrument != key)
        {
            reason = $"the event is about {item.Instrument}, its key says {key}";
            return false;
        }
        decoded = item;
        return true;
    }
}
