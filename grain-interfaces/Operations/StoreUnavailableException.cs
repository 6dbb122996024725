using Orleans.Runtime;

namespace StreamForge.Contracts.Operations;

/// <summary>Log or storage does not answer: what was asked for may or may not have been done. Asking again does it once.</summary>
[GenerateSerializer, Alias("sf.StoreUnavailableException")]
public sealed class StoreUnavailableException(string message) : OrleansException(message);
