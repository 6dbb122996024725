using StreamForge.Sources.Exchange.Market;

namespace StreamForge.Sources.Exchange.Faults;

/// <summary>Decides, by seed, which rule hits. Frames and requests throw their own dice, so that one does not disturb the other.</summary>
internal sealed class FaultDice
{
    private readonly Die[] _dice;

    public FaultDice(FaultPlan plan, Func<FaultKind, bool> kinds) =>
        _dice = [.. plan.Rules.Select((rule, index) => new Die(rule, plan.Seed, index)).Where(die => kinds(die.Rule.Kind))];

    public bool IsEmpty => _dice.Length == 0;

    /// <summary>The first rule that hits this frame.</summary>
    public FaultRule? Roll(StreamKey stream)
    {
        FaultRule? hit = null;
        foreach (var die in _dice)
        {
            if (Fits(die.Rule, stream) && die.Roll(hit is null))
                hit = die.Rule;
        }

        return hit;
    }

    /// <summary>The first rule of some kinds that hits a request about this symbol.</summary>
    public FaultRule? Roll(string symbol, Func<FaultKind, bool> kinds)
    {
        FaultRule? hit = null;
        foreach (var die in _dice)
        {
            if (kinds(die.Rule.Kind) && FitsSymbol(die.Rule, symbol) && die.Roll(hit is null))
                hit = die.Rule;
        }

        return hit;
    }

    private static bool Fits(FaultRule rule, StreamKey stream) =>
        FitsSymbol(rule, stream.Symbol)
        && (rule.Stream is null
            || string.Equals(rule.Stream, stream.Kind, StringComparison.OrdinalIgnoreCase)
            || string.Equals(rule.Stream, stream.Family.ToString(), StringComparison.OrdinalIgnoreCase));

    private static bool FitsSymbol(FaultRule rule, string symbol) =>
        rule.Symbol is null || string.Equals(rule.Symbol, symbol, StringComparison.OrdinalIgnoreCase);

    /// <summary>Each rule has a die of its own: adding a rule does not change what the others hit.</summary>
    private sealed class Die(FaultRule rule, int seed, int index)
    {
        private readonly Random _random = new(seed * 31 + index);
        private readonly HashSet<long> _at = [.. rule.At];
        private long _seen;
        private int _hits;

        public FaultRule Rule => rule;

        /// <param name="mayHit">False where another rule has hit already: the die is thrown for the sake of the order.</param>
        public bool Roll(bool mayHit)
        {
            _seen++;
            var hit = _at.Contains(_seen) || (rule.Probability > 0 && _random.NextDouble() < rule.Probability);
            if (!hit || !mayHit || _hits >= (rule.Times ?? int.MaxValue))
                return false;
            _hits++;
            return true;
        }
    }
}
