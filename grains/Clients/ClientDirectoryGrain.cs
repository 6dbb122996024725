using System.Collections.Immutable;
using StreamForge.Contracts.Clients;
using StreamForge.Grains.State;

namespace StreamForge.Grains.Clients;

/// <summary>Lists from the indexed columns of the rows: no client is loaded for it.</summary>
public sealed class ClientDirectoryGrain(IStateDirectory directory) : Grain, IClientDirectoryGrain
{
    private const int MaxLimit = 10_000;

    public async ValueTask<ImmutableArray<string>> Keys(string? after, int limit)
    {
        if (limit is < 1 or > MaxLimit)
            throw new ArgumentOutOfRangeException(nameof(limit), limit, $"A page has from 1 to {MaxLimit} clients.");
        var rows = await directory.Query(new StateQuery(ClientGrain.StateName, After: after, Limit: limit), CancellationToken.None);
        return [.. rows.Select(row => row.Id)];
    }
}
