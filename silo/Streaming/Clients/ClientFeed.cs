using System.Diagnostics.CodeAnalysis;
using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Clients.Wire;
using StreamForge.Grains.Scheduling;
using StreamForge.Silo.Streaming.Pump;

namespace StreamForge.Silo.Streaming.Clients;

/// <summary>A topic of the bank: its events go to the client that is their key.</summary>
internal sealed class ClientFeed(string topic, PostingFilter filter, IGrainFactory grains) : IGrainFeed
{
    private const int KeysAtOnce = 10_000;

    public string Topic { get; } = topic;

    public IIngestGrain GrainOf(string key) => grains.GetGrain<IClientGrain>(key);

    public async Task<IReadOnlyList<string>> Keys(CancellationToken cancellation)
    {
        var directory = grains.GetGrain<IClientDirectoryGrain>("all");
        var keys = new List<string>();
        for (string? after = null; ;)
        {
            var page = await directory.Keys(after, KeysAtOnce).OnThisTurn().WaitAsync(cancellation);
            keys.AddRange(page);
            if (page.Length < KeysAtOnce)
                return keys;
            after = page[^1];
        }
    }

    public bool TryDecode(
        LogRecord record, string key, [NotNullWhen(true)] out StreamEvent? decoded, [NotNullWhen(false)] out string? reason)
    {
        decoded = null;
        if (!ClientEventCodec.TryRead(record.Value.Span, record.Timestamp, out var item, out reason))
            return false;
        if (item.Client != key)
        {
            // Neither is said: a client's number does not belong into a dead letter's reason.
            reason = "the event is about another client than its key says";
            return false;
        }

        decoded = filter.Pass(item, record.Timestamp);
        return true;
    }
}
