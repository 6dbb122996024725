using System.Globalization;
using StreamForge.Contracts.Operations;
using StreamForge.Grains.Integrity;

namespace StreamForge.Silo.Storage.Files;

/// <summary>
/// Operators' orders in the files of the partitions' rows: an order is a row, its end is another, and no row is written twice. Ids count
/// down, so that the newest order comes first.
/// </summary>
public sealed class FileOperatorActionStore(IStateStore rows, IIdSource ids) : IOperatorActionStore
{
    private readonly JsonRows<OperatorAction> _actions = new(rows, "$action", ids);
    private readonly JsonRows<ActionEnd> _ends = new(rows, "$action-end", ids);

    public async ValueTask<long> Begin(OperatorAction action, CancellationToken cancellation)
    {
        while (true)
        {
            var newest = await _actions.Query(after: null, limit: 1, cancellation);
            var number = newest.Count == 0 ? 1 : NumberOf(newest[0].Id) + 1;
            // Another one may take the number in between.
            if (await _actions.Write(
                IdOf(number), action with { Number = number, End = null }, expected: null, cancellation, new(action.What, action.By)))
                return number;
        }
    }

    public async ValueTask End(long number, ActionEnd end, CancellationToken cancellation) =>
        await _ends.Write(IdOf(number), end, expected: null, cancellation);

    public async ValueTask<IReadOnlyList<OperatorAction>> ListActions(ActionQuery query, CancellationToken cancellation)
    {
        var found = new List<OperatorAction>();
        var after = query.Before is { } before ? IdOf(before) : null;
        foreach (var entry in await _actions.Query(after, query.Limit, cancellation, query.What, query.By))
            if (await _actions.Read(entry.Id, cancellation) is { } row)
                found.Add(row.Value with { End = (await _ends.Read(entry.Id, cancellation))?.Value });
        return found;
    }

    private static string IdOf(long number) => (long.MaxValue - number).ToString("D19", CultureInfo.InvariantCulture);

    private static long NumberOf(string id) => long.MaxValue - long.Parse(id, CultureInfo.InvariantCulture);
}
