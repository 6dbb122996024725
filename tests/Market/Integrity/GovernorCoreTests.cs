using System.Buffers;
using StreamForge.Contracts.Integrity;
using StreamForge.Grains.Integrity.Governor;
using StreamForge.Grains.State;

namespace StreamForge.Tests.Market.Integrity;

/// <summary>The governor's rules, over random histories on a clock of their own: what the source itself would count.</summary>
public class GovernorCoreTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(1);

    [Fact]
    public void Interactive_goes_first_then_groups_that_have_started_then_the_oldest()
    {
        var state = new GovernorState();
        var core = new GovernorCore(state, new GovernorOptions { MaxConcurrent = 1, PerSecond = 1000, Burst = 100 });
        core.Ask(Ticket("a1", "a"), Start);
        Assert.True(core.Grant(Start));
        core.Ask(Ticket("b1", "b"), Start);
        core.Ask(Ticket("a2", "a"), Start);
        core.Ask(Ticket("c1", "c", interactive: true), Start);
        Assert.Equal(2, core.Ahead("b1"));
        Assert.Equal(["c1", "a2", "b1"], Drain(core, "a1", Start));
    }

    [Fact]
    public void A_permit_nobody_returns_counts_until_its_lease_ends()
    {
        var options = new GovernorOptions { MaxConcurrent = 1, PerSecond = 1000, Burst = 100 };
        var core = new GovernorCore(new GovernorState(), options);
        core.Ask(Ticket("lost", "a"), Start);
        core.Grant(Start);
        var before = Start + options.Lease - TimeSpan.FromMilliseconds(1);
        core.Ask(Ticket("next", "b"), before);
        Assert.False(core.Grant(before));
        Assert.Equal(Start + options.Lease, core.NextLook(before));
        Assert.True(core.Grant(Start + options.Lease));
        Assert.NotNull(core.PermitOf("next"));
    }

    [Fact]
    public void A_ticket_that_nobody_asks_for_any_more_is_dropped()
    {
        var options = new GovernorOptions { MaxConcurrent = 1, PerSecond = 1000, Burst = 100 };
        var core = new GovernorCore(new GovernorState(), options);
        core.Ask(Ticket("gone", "a"), Start);
        var later = Start + options.TicketLife + TimeSpan.FromSeconds(1);
        Assert.False(core.Grant(later));
        Assert.Equal(0, core.Waiting);
    }

    [Fact]
    public void Background_work_is_not_starved_by_interactive_work_without_end()
    {
        var core = new GovernorCore(new GovernorState(), new GovernorOptions { MaxConcurrent = 1, PerSecond = 100_000, Burst = 10_000 });
        core.Ask(Ticket("patient", "z"), Start);
        var now = Start;
        for (var i = 0; i < 3 * GovernorCore.AgeingEvery; i++)
        {
            now += TimeSpan.FromMilliseconds(10);
            core.Ask(Ticket($"hurry{i}", "y", interactive: true), now);
            core.Grant(now);
            if (core.PermitOf("patient") is not null)
                return;
            for (var j = 0; j <= i; j++)
                if (core.PermitOf($"hurry{j}") is not null)
                    core.Return($"hurry{j}");
        }
        Assert.Fail("The background ticket was never served.");
    }

    [Fact]
    public void What_was_granted_before_a_take_over_counts_for_a_whole_lease_more_and_is_used_by_nobody()
    {
        var options = new GovernorOptions { MaxConcurrent = 1, PerSecond = 1000, Burst = 100 };
        var core = TakenOver(options, options, "before");
        Assert.True(core.SendBefore(core.PermitOf("before")!) <= TimeSpan.Zero);
        core.Ask(Ticket("next", "b"), options.Lease - TimeSpan.FromMilliseconds(1));
        Assert.False(core.Grant(options.Lease - TimeSpan.FromMilliseconds(1)));
        Assert.True(core.Grant(options.Lease));
    }

    [Fact]
    public void A_permit_counts_as_long_as_it_was_granted_for_under_whatever_limits_its_governor_comes_up_next()
    {
        var longer = new GovernorOptions { RequestTimeout = TimeSpan.FromMinutes(2) };
        var core = TakenOver(longer, new GovernorOptions(), "long");
        Assert.Equal(longer.Lease, core.ExpiresAt(core.PermitOf("long")!));
    }

    [Fact]
    public void A_take_over_gives_no_tokens()
    {
        var options = new GovernorOptions { MaxConcurrent = 100, PerSecond = 1, Burst = 2 };
        var core = TakenOver(options, options, "t0", "t1", "t2", "t3");
        Assert.Equal(2, core.InUse);
        Assert.False(core.Grant(TimeSpan.Zero));
        Assert.True(core.Grant(TimeSpan.FromSeconds(1)));
        Assert.Equal(3, core.InUse);
    }

    [Fact]
    public void A_state_of_before_clocks_were_left_out_loads()
    {
        // As version 1 wrote it: one ticket, one permit, a group, tokens, and times of day.
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new StateWriter(buffer);
        writer.Count(1);
        writer.Text("waits");
        writer.Text("a");
        writer.Bool(true);
        writer.Time(DateTimeOffset.UnixEpoch);
        writer.Time(DateTimeOffset.UnixEpoch);
        writer.Count(1);
        writer.Text("holds");
        writer.Text("b");
        writer.Time(DateTimeOffset.UnixEpoch);
        writer.Time(DateTimeOffset.UnixEpoch);
        writer.Count(1);
        writer.Text("b");
        writer.Text("1.5");
        writer.Time(DateTimeOffset.UnixEpoch);
        writer.Signed(7);
        var state = new GovernorState();
        state.Read(buffer.WrittenSpan, 1);
        var options = new GovernorOptions { MaxConcurrent = 2 };
        var core = new GovernorCore(state, options);
        Assert.Equal(("waits", true), (state.Tickets[0].Id, state.Tickets[0].Interactive));
        Assert.Equal(options.Lease, core.ExpiresAt(core.PermitOf("holds")!));
        Assert.Equal((1.5, 7), (state.Tokens, state.Granted));
        Assert.True(core.Grant(TimeSpan.Zero));
    }

    /// <summary>
    /// Holders send late, answer, crash and forget; the governor is lost and loaded again from its stored state. At the source:
    /// never more at once than the cap, never more in a window than the rate allows, and everyone who goes on asking is served.
    /// </summary>
    [Fact]
    public void The_source_never_counts_more_than_its_cap()
    {
        var first = Environment.TickCount;
        for (var seed = first; seed < first + 200; seed++)
            RandomHistory(seed);
    }

    private static void RandomHistory(int seed)
    {
        var random = new Random(seed);
        var options = new GovernorOptions
        {
            MaxConcurrent = random.Next(1, 6),
            PerSecond = random.Next(1, 50),
            Burst = random.Next(1, 6),
        };
        var core = new GovernorCore(new GovernorState(), options);
        var stored = Serialise(new GovernorState());
        var live = new GovernorState();
        core = new GovernorCore(live, options);
        var atSource = new List<(string Id, TimeSpan Until)>();
        var sent = new List<TimeSpan>();
        var wanted = new SortedSet<string>(Enumerable.Range(0, 40).Select(i => $"t{i:D2}"), StringComparer.Ordinal);
        var (now, takenOverAt) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var step = 0; step < 20_000 && wanted.Count > 0; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(0, 200));
            atSource.RemoveAll(request => request.Until <= now);
            foreach (var id in wanted)
                core.Ask(Ticket(id, id[..2], interactive: id[^1] == '7'), now - takenOverAt);
            if (core.Grant(now - takenOverAt))
                stored = Serialise(live);
            if (random.Next(20) == 0)
            {
                // Lost: what was stored is all that is known. (Returns since then are forgotten, grants are not.)
                live = new GovernorState();
                live.Read(stored, live.SchemaVersion);
                (core, takenOverAt) = (new GovernorCore(live, options), now);
            }
            foreach (var id in wanted.ToArray())
            {
                if (core.PermitOf(id) is not { } permit || atSource.Exists(request => request.Id == id) || random.Next(3) == 0)
                    continue;
                if (core.SendBefore(permit) <= now - takenOverAt)
                {
                    core.Return(id);
                    continue;
                }
                var takes = options.RequestTimeout * random.NextDouble();
                atSource.Add((id, now + takes));
                sent.Add(now);
                wanted.Remove(id);
                Assert.True(atSource.Count <= options.MaxConcurrent, $"seed {seed}: {atSource.Count} at once, cap {options.MaxConcurrent}");
            }
            if (random.Next(2) == 0)
                foreach (var permit in live.Permits.ToArray())
                    if (!wanted.Contains(permit.TicketId) && !atSource.Exists(request => request.Id == permit.TicketId))
                        core.Return(permit.TicketId);
        }
        Assert.True(wanted.Count == 0, $"seed {seed}: {wanted.Count} were never served");
        // A permit may be used up to SendWithin after its grant, so that long is added to the window.
        foreach (var from in sent)
        {
            var window = TimeSpan.FromSeconds(1);
            var count = sent.Count(at => at >= from && at < from + window);
            var allowed = options.Burst + (options.PerSecond * (window + options.SendWithin).TotalSeconds) + 1;
            Assert.True(count <= allowed, $"seed {seed}: {count} in a second, at most {allowed} allowed");
        }
    }

    /// <summary>Tickets are asked for and granted under some options; then a governor of others comes up from what is stored.</summary>
    private static GovernorCore TakenOver(GovernorOptions before, GovernorOptions after, params string[] tickets)
    {
        var state = new GovernorState();
        var core = new GovernorCore(state, before);
        foreach (var ticket in tickets)
            core.Ask(Ticket(ticket, "a"), Start);
        core.Grant(Start);
        var loaded = new GovernorState();
        loaded.Read(Serialise(state), state.SchemaVersion);
        return new GovernorCore(loaded, after);
    }

    private static byte[] Serialise(GovernorState state)
    {
        var buffer = new ArrayBufferWriter<byte>();
        state.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static List<string> Drain(GovernorCore core, string holding, TimeSpan now)
    {
        var order = new List<string>();
        var held = holding;
        while (core.Waiting > 0)
        {
            core.Return(held);
            core.Grant(now);
            held = new[] { "a2", "b1", "c1" }.Single(id => core.PermitOf(id) is not null);
            order.Add(held);
        }
        return order;
    }

    private static PermitTicket Ticket(string id, string group, bool interactive = false) =>
        new() { Id = id, Group = group, Interactive = interactive };
}
