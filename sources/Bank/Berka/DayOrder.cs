namespace StreamForge.Sources.Bank.Berka;

/// <summary>Finds the order in which a day's postings were booked: each balance is the one before and the amount, within the bank's rounding.</summary>
internal static class DayOrder
{
    private const decimal Rounding = 0.10m;

    /// <param name="before">The balance at the day's begin.</param>
    /// <param name="postings">Of one account and day.</param>
    /// <returns>The order; none where there is none.</returns>
    public static IReadOnlyList<BerkaPosting>? Of(decimal before, IReadOnlyList<BerkaPosting> postings)
    {
        var order = new List<BerkaPosting>(postings.Count);
        return Search(before, [.. postings], order) ? order : null;
    }

    private static bool Search(decimal balance, List<BerkaPosting> left, List<BerkaPosting> order)
    {
        if (left.Count == 0)
            return true;
        for (var i = 0; i < left.Count; i++)
        {
            var next = left[i];
            if (Math.Abs(balance + next.Amount - next.Balance) > Rounding)
                continue;
            left.RemoveAt(i);
            order.Add(next);
            if (Search(next.Balance, left, order))
                return true;
            order.RemoveAt(order.Count - 1);
            left.Insert(i, next);
        }

        return false;
    }
}
