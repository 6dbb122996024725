namespace StreamForge.Drills.Chaos;

/// <summary>Something that is done to a platform that runs, and undone again before it returns.</summary>
/// <param name="Name">For people.</param>
/// <param name="Strike">Does it; how long it lasts is by the chance that it is given.</param>
internal sealed record Disaster(string Name, Func<Random, CancellationToken, Task> Strike);

/// <summary>A platform of real processes that disasters befall.</summary>
internal interface IChaosRig : IAsyncDisposable
{
    Rigs.ExchangeProcess Exchange { get; }

    HttpClient Api { get; }

    IReadOnlyList<Disaster> Disasters { get; }

    /// <summary>What it is, for people.</summary>
    string Name { get; }
}
