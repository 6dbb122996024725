using StreamForge.Contracts.Integrity;

namespace StreamForge.Grains.Integrity.Governor;

/// <summary>
/// Who may ask the source next. Plain and synchronous over <see cref="GovernorState"/>; the grain stores the state before it
/// answers any grant that came of it.
/// </summary>
/// <remarks>
/// Order: interactive before background; within these, groups that have started before new ones, so that what was begun is
/// finished; then the order of arrival. To starve nobody, one grant in <see cref="AgeingEvery"/> goes to the oldest ticket of all.
/// <para>
/// Every <c>now</c> is the time since the state was taken over, by a clock that never jumps. A permit that was granted before that counts for
/// a whole lease more, and may not be used any more: nobody knows how old it is.
/// </para>
/// </remarks>
public sealed class GovernorCore(GovernorState state, GovernorOptions options)
{
    /// <summary>One grant in so many goes to the ticket that has waited longest, whatever its class.</summary>
    public const int AgeingEvery = 10;

    public int InUse => state.Permits.Count;

    public int Waiting => state.Tickets.Count;

    /// <summary>Puts a ticket into the queue, or notes that it is still wanted. Changes nothing for one that holds a permit.</summary>
    public void Ask(PermitTicket ticket, TimeSpan now)
    {
        if (PermitOf(ticket.Id) is not null)
            return;
        var at = state.Tickets.FindIndex(t => t.Id == ticket.Id);
        if (at >= 0)
            // A ticket may become interactive when somebody begins to wait for it; it never goes back.
            state.Tickets[at] = state.Tickets[at] with
            {
                LastAsked = now,
                Interactive = state.Tickets[at].Interactive || ticket.Interactive,
            };
        else
            state.Tickets.Add(new Ticket(ticket.Id, ticket.Group, ticket.Interactive, now));
    }

    /// <summary>The permit that a ticket holds; null where it holds none (any more).</summary>
    public Permit? PermitOf(string ticketId) => state.Permits.Find(permit => permit.TicketId == ticketId);

    /// <summary>Up to when a request may be sent under a permit.</summary>
    public TimeSpan SendBefore(Permit permit) => permit.GrantedAt + options.SendWithin ?? TimeSpan.Zero;

    /// <summary>When a permit that nobody returns stops counting.</summary>
    public TimeSpan ExpiresAt(Permit permit)
    {
        // It may have been granted under longer limits, or under a version that did not say.
        var lease = permit.Lease > options.Lease ? permit.Lease : options.Lease;
        return (permit.GrantedAt ?? TimeSpan.Zero) + lease;
    }

    /// <summary>The request of a permit has ended for certain.</summary>
    /// <returns>Whether anything changed.</returns>
    public bool Return(string ticketId) =>
        state.Permits.RemoveAll(permit => permit.TicketId == ticketId) + state.Tickets.RemoveAll(ticket => ticket.Id == ticketId) > 0;

    /// <summary>Grants what concurrency and rate allow now. The state must be stored before anybody is told.</summary>
    /// <returns>Whether anything was granted.</returns>
    public bool Grant(TimeSpan now)
    {
        Expire(now);
        Refill(now);
        var granted = false;
        while (state.Permits.Count < options.MaxConcurrent && state.Tokens >= 1 && state.Tickets.Count > 0)
        {
            var at = Next();
            var ticket = state.Tickets[at];
            state.Tickets.RemoveAt(at);
            state.Tokens -= 1;
            state.Granted++;
            state.Permits.Add(new Permit(ticket.Id, ticket.Group, options.Lease, now));
            if (!state.Started.Contains(ticket.Group))
                state.Started.Add(ticket.Group);
            granted = true;
        }
        state.Started.RemoveAll(Finished);
        return granted;
    }

    /// <summary>How many tickets would be served before this one, were nobody else to come.</summary>
    public int Ahead(string ticketId)
    {
        var at = state.Tickets.FindIndex(ticket => ticket.Id == ticketId);
        if (at < 0)
            return 0;
        var ahead = 0;
        for (var i = 0; i < state.Tickets.Count; i++)
            if (i != at && Before(i, at))
                ahead++;
        return ahead;
    }

    /// <summary>When to look again although nothing happens: a token comes, a permit or a ticket expires. Null: never.</summary>
    public TimeSpan? NextLook(TimeSpan now)
    {
        TimeSpan? next = null;
        if (state.Tickets.Count > 0)
        {
            if (state.Permits.Count < options.MaxConcurrent && state.Tokens < 1)
                next = now + TimeSpan.FromSeconds(Math.Max(0.001, (1 - state.Tokens) / options.PerSecond));
            foreach (var permit in state.Permits)
                if (ExpiresAt(permit) is var expires && (next is null || expires < next))
                    next = expires;
        }
        return next;
    }

    private void Expire(TimeSpan now)
    {
        state.Permits.RemoveAll(permit => ExpiresAt(permit) <= now);
        state.Tickets.RemoveAll(ticket => now - ticket.LastAsked > options.TicketLife);
    }

    private void Refill(TimeSpan now)
    {
        state.Tokens = double.IsNaN(state.Tokens)
            ? options.Burst
            : Math.Min(options.Burst, state.Tokens + ((now - state.TokensAt).TotalSeconds * options.PerSecond));
        state.TokensAt = now;
    }

    private int Next()
    {
        // The list is in order of arrival, so the first is the oldest.
        if (state.Granted % AgeingEvery == AgeingEvery - 1)
            return 0;
        var best = 0;
        for (var i = 1; i < state.Tickets.Count; i++)
            if (Before(i, best))
                best = i;
        return best;
    }

    private bool Before(int i, int j)
    {
        var (a, b) = (state.Tickets[i], state.Tickets[j]);
        if (a.Interactive != b.Interactive)
            return a.Interactive;
        var (startedA, startedB) = (state.Started.IndexOf(a.Group), state.Started.IndexOf(b.Group));
        if (startedA >= 0 != startedB >= 0)
            return startedA >= 0;
        return startedA != startedB ? startedA < startedB : i < j;
    }

    private bool Finished(string group) =>
        !state.Tickets.Exists(ticket => ticket.Group == group) && !state.Permits.Exists(permit => permit.Group == group);
}
