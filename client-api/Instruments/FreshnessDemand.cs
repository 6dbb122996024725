namespace StreamForge.ClientApi.Instruments;

/// <summary>What a caller asks beyond an answer at once.</summary>
/// <param name="MinSequence">The answer must stand at this sequence at least: read your own write.</param>
/// <param name="Wait">How long it may be waited for.</param>
/// <param name="MaxAge">The answer may not be older: fresh or fail.</param>
internal readonly record struct FreshnessDemand(long? MinSequence, TimeSpan Wait, TimeSpan? MaxAge);
