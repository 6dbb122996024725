using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Laws;

/// <summary>The source, by its own count, never works on more requests at once than it bears, nor is asked more often than the rate allows.</summary>
internal sealed class MercyLaw : Law
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    // A permit is used within so long after its grant, so grants of a little before the window may fall into it.
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(2);
    private const int Most = PlatformWorld.SourceBurst + (PlatformWorld.SourceRate * 12);
    private readonly Queue<TimeSpan> _asked = new();

    public override string Name => "L6 bounded mercy";

    public override void SourceWorks(int atOnce)
    {
        Checked();
        if (atOnce > PlatformWorld.SourceConcurrency)
            Broken("source", $"{atOnce} requests at once, {PlatformWorld.SourceConcurrency} are allowed");
        var now = World.Simulated.Elapsed;
        _asked.Enqueue(now);
        while (_asked.Peek() < now - Window)
            _asked.Dequeue();
        if (_asked.Count > Most)
            Broken("source", $"{_asked.Count} requests in {Window}, {Most} are allowed, {SendWithin} of grants before it included");
    }
}
