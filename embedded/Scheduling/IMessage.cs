namespace StreamForge.Embedded.Scheduling;

/// <summary>A call on its way from node to node, which a simulated network may lose or delay.</summary>
internal interface IMessage : IReadyQueue
{
    /// <summary>The caller's node.</summary>
    string From { get; }

    /// <summary>The grain.</summary>
    string To { get; }

    /// <summary>The caller hears nothing any more, until its time is over.</summary>
    void LoseAnswer();
}
