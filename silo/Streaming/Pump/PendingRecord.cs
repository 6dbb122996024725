using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// A record that waits for its grain, decoded as soon as it was read: the bytes it came in die young, and the window holds
/// only what a grain will see.
/// </summary>
/// <param name="Record">As the grain sees it; without an event where it could not be decoded.</param>
/// <param name="Size">Bytes of the record in the log, counted against the window.</param>
/// <param name="Refused">Why it could not be decoded, with the record for its dead letter; none where it could.</param>
internal readonly record struct PendingRecord(IngestRecord Record, int Size, Refusal? Refused = null)
{
    public long Offset => Record.Offset;
}

/// <summary>A record that can never be read, and why.</summary>
internal sealed record Refusal(LogRecord Record, string Reason);
