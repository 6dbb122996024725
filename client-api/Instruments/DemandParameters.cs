using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Instruments;

/// <summary>The parameters that ask for more than an answer at once.</summary>
internal sealed class DemandParameters(ClientApiOptions options)
{
    public NumberParameter MinSequence { get; } = new("minSequence", 0, long.MaxValue, null,
        "The book's sequence that the answer must have reached: read your own write. Otherwise 503.");

    public DurationParameter Wait { get; } = new("wait", options.MaxWait,
        "How long minSequence may be waited for; not at all where it is absent.");

    public NumberParameter MaxAge { get; } = new("maxAge", 0, 86_400, null,
        "How old the answer may be, in seconds. An older one, or one whose age nobody vouches for, is 503.");

    /// <summary>Reads what the query asks for; parameters that the route lacks count as absent.</summary>
    public bool TryRead(in QueryValues query, out FreshnessDemand demand, out ApiProblem? problem)
    {
        demand = default;
        if (!MinSequence.TryRead(query, out var minSequence, out problem)
            || !Wait.TryRead(query, out var wait, out problem)
            || !MaxAge.TryRead(query, out var maxAge, out problem))
            return false;
        if (wait is not null && minSequence is null)
        {
            problem = ApiProblem.InvalidParameter(Wait.Name, "'wait' goes with 'minSequence' only.");
            return false;
        }
        demand = new FreshnessDemand(minSequence, wait ?? TimeSpan.Zero, maxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        return true;
    }
}
