using System.Diagnostics.CodeAnalysis;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>What the records of a topic are, and which grain they are for. One a topic that feeds grains.</summary>
public interface IGrainFeed
{
    string Topic { get; }

    /// <summary>The grain of a key.</summary>
    IIngestGrain GrainOf(string key);

    /// <summary>The keys whose grains have a stored state, of all partitions.</summary>
    Task<IReadOnlyList<string>> Keys(CancellationToken cancellation);

    /// <summary>Decodes a record's value.</summary>
    /// <returns>False where it can never be decoded, with the reason for the dead letter.</returns>
    bool TryDecode(LogRecord record, string key, [NotNullWhen(true)] out StreamEvent? decoded, [NotNullWhen(false)] out string? reason);
}
