namespace StreamForge.Silo.Storage;

/// <summary>A stored state cannot be read by this version of the platform; it stays as it is.</summary>
public sealed class UnreadableStateException(string message, Exception? inner = null) : Exception(message, inner);
