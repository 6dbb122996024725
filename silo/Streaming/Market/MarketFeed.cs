using System.Diagnostics.CodeAnalysis;
using StreamForge.Contracts.Market;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Market.Wire;
using StreamForge.Grains.Scheduling;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Market;

/// <summary>A canonical market topic: its events go to the instrument that is their key.</summary>
internal sealed class MarketFeed(string topic, IGrainFactory grains) : IGrainFeed
{
    private const int KeysAtOnce = 1_000;

    public string Topic { get; } = topic;

    public IIngestGrain GrainOf(string key) => grains.GetGrain<IInstrumentGrain>(key);

    public async Task<IReadOnlyList<string>> Keys(CancellationToken cancellation)
    {
        var directory = grains.GetGrain<IInstrumentDirectoryGrain>("all");
        var keys = new List<string>();
        string? after = null;
        do
        {
            var page = await directory.List(new InstrumentQuery { After = after, Limit = KeysAtOnce }).OnThisTurn().WaitAsync(cancellation);
            keys.AddRange(page.Items.Select(item => item.Instrument));
            after = page.Next;
        }
        while (after is not null);
        return keys;
    }

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
