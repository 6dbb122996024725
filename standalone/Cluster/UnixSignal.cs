namespace StreamForge.Standalone.Cluster;

/// <summary>What a process may be sent.</summary>
internal enum UnixSignal
{
    /// <summary>Asks it to end in order.</summary>
    Terminate,

    /// <summary>Holds it, wherever it is, until <see cref="Continue"/>.</summary>
    Stop,

    Continue,

    User1,

    User2,
}
