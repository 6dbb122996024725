using StreamForge.Embedded.Simulation;

namespace StreamForge.Simulation.World;

/// <summary>What is wrong with one instrument alone.</summary>
internal enum Ailment
{
    /// <summary>A defect of the program: its grain throws whatever it is called for.</summary>
    Throws = 0,

    /// <summary>Calls to its grain come late.</summary>
    Slow = 1,

    /// <summary>Calls to its grain never come.</summary>
    Unanswered = 2,
}

/// <summary>Single instruments that are ailing, while all others should notice nothing.</summary>
internal sealed class Ailments(SimulatedWorld world)
{
    // Until what came of it is over: calls under way end, activations are made anew.
    private static readonly TimeSpan Recovers = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(1_500);
    private readonly Dictionary<string, (Ailment Ailment, TimeSpan? Until)> _ailing = new(StringComparer.Ordinal);

    public void Begin(string instrument, Ailment ailment) => _ailing[instrument] = (ailment, null);

    public void End(string instrument)
    {
        if (_ailing.TryGetValue(instrument, out var ailing))
            _ailing[instrument] = (ailing.Ailment, world.Elapsed);
    }

    public void EndAll()
    {
        foreach (var instrument in _ailing.Keys.ToArray())
            End(instrument);
    }

    /// <summary>Whether nothing can be seen in an instrument, of now or of before.</summary>
    public bool IsWhole(string instrument) => !_ailing.TryGetValue(instrument, out var ailing) || world.Elapsed - ailing.Until > Recovers;

    public void ThrowIn(string instrument)
    {
        if (Of(instrument) == Ailment.Throws)
            throw new InvalidOperationException($"A defect of the program shows in {instrument}.");
    }

    /// <summary>What becomes of a call to a grain.</summary>
    public MessageFate Carry(string to)
    {
        if (_ailing.Count == 0)
            return default;
        return Of(to[(to.IndexOf('/') + 1)..]) switch
        {
            Ailment.Slow => new MessageFate(world.Chance(Late)),
            Ailment.Unanswered => new MessageFate(Lost: true),
            _ => default,
        };
    }

    private Ailment? Of(string instrument) =>
        _ailing.TryGetValue(instrument, out var ailing) && ailing.Until is null ? ailing.Ailment : null;
}
