using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Integrity;
using static StreamForge.Tests.Clients.Rules.TestEvents;

namespace StreamForge.Tests.Clients.Rules;

public sealed class ClientCoreTests
{
    private readonly ClientDriver _driver = new(Client);

    [Fact]
    public void A_register_that_is_followed_from_its_first_change_is_live_and_asks_nobody()
    {
        _driver.Accept(Change(1, Account("1", 10)));
        _driver.Accept(Change(2, Account("1", 12.50m)));
        _driver.Observe();
        var view = _driver.Core.ViewOf(Register.Accounts);
        Assert.Equal((FreshnessStatus.Live, 2), (view.Freshness.Status, view.Freshness.Sequence));
        Assert.Equal(12.50m, Assert.IsType<Account>(Assert.Single(view.Entries)).Balance);
        Assert.Null(_driver.Core.NextRepair(_driver.Now + TimeSpan.FromMinutes(1)));
        Assert.Equal(FreshnessStatus.Cold, _driver.Core.ViewOf(Register.Loans).Freshness.Status);
    }

    [Fact]
    public void A_missing_change_is_a_gap_of_its_register_alone_and_the_source_is_asked_about_that_one()
    {
        _driver.Accept(Change(1, Account("1", 10)));
        _driver.Accept(Change(1, new Party { Id = Client, Kind = PartyKind.Person, Name = "A" }));
        _driver.Accept(Change(3, Account("1", 30)));
        _driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.ViewOf(Register.Accounts).Freshness.Status);
        Assert.Equal(FreshnessStatus.Live, _driver.Core.ViewOf(Register.Parties).Freshness.Status);
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.View().Freshness.Status);

        var repair = _driver.Core.NextRepair(_driver.Now)!;
        Assert.Equal((RepairKind.Register, "accounts", ClientSources.CoreBank, Client, true), (repair.Kind, repair.Part, repair.Source, repair.Entity, repair.Interactive));
        Assert.Null(_driver.Core.NextRepair(_driver.Now));
        _driver.Core.RepairEnded(repair, new RepairOutcome(true), _driver.Now);
        _driver.Accept(Snapshot(Register.Accounts, 2, Account("1", 20), Account("2", 5)), repairId: repair.Id);
        _driver.Pass(TimeSpan.FromSeconds(1));
        var view = _driver.Core.ViewOf(Register.Accounts);
        // The snapshot reached what was held, and that came after it.
        Assert.Equal((FreshnessStatus.Live, 3), (view.Freshness.Status, view.Freshness.Sequence));
        Assert.Equal([30m, 5m], view.Entries.Cast<Account>().Select(account => account.Balance));
        Assert.Equal(repair.Id, view.Provenance!.RepairId);
        Assert.Null(_driver.Core.NextRepair(_driver.Now));
    }

    [Fact]
    public void An_older_snapshot_changes_nothing()
    {
        _driver.Accept(Change(1, Account("1", 10)));
        _driver.Accept(Change(2, Account("1", 20)));
        Assert.Equal(1, _driver.Accept(Snapshot(Register.Accounts, 1, Account("1", 10))).Counts.Superseded);
        _driver.Observe();
        Assert.Equal(20, Assert.IsType<Account>(Assert.Single(_driver.Core.ViewOf(Register.Accounts).Entries)).Balance);
    }

    [Fact]
    public void A_digest_that_is_ahead_is_a_gap_when_the_change_does_not_come()
    {
        _driver.Accept(Change(1, Account("1", 10)));
        _driver.Accept(Digest(Register.Accounts, 2));
        _driver.Pass(TimeSpan.FromSeconds(5));
        // Nothing after the digest is vouched for, from the start.
        Assert.True(_driver.Core.ViewOf(Register.Accounts).Freshness.Watermark < _driver.Now);
        _driver.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.ViewOf(Register.Accounts).Freshness.Status);
    }

    [Fact]
    public void Postings_apply_in_any_order_once_and_a_hole_is_asked_for_by_number()
    {
        _driver.Accept(Booked("1", Posting(1), Posting(2)));
        _driver.Accept(Booked("1", Posting(5)));
        Assert.Equal(1, _driver.Accept(Booked("1", Posting(2))).Counts.Duplicate);
        _driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.PostingFreshness.Status);
        var repair = _driver.Core.NextRepair(_driver.Now)!;
        Assert.Equal((RepairKind.Postings, "1", 3L, 4L), (repair.Kind, repair.Part, repair.From, repair.To));
        _driver.Core.RepairEnded(repair, new RepairOutcome(true), _driver.Now);
        // The source has come to 3 only: of 4 it says nothing.
        _driver.Accept(Range("1", 3, 4, 3, Posting(3)), repairId: repair.Id);
        _driver.Pass(TimeSpan.FromSeconds(1));
        var second = _driver.Core.NextRepair(_driver.Now)!;
        Assert.Equal((4L, 4L), (second.From, second.To));
        _driver.Core.RepairEnded(second, new RepairOutcome(true), _driver.Now);
        _driver.Accept(Range("1", 4, 4, 5, Posting(4)), repairId: second.Id);
        _driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((FreshnessStatus.Live, 5), (_driver.Core.PostingFreshness.Status, _driver.Core.PostingFreshness.Sequence));
        _driver.Forward();
        Assert.Equal([1, 2, 3, 4, 5], _driver.Months.Keys.Select(key => key.Number).Order());
    }

    [Fact]
    public void The_first_posting_that_comes_need_not_be_the_first()
    {
        _driver.Accept(Booked("1", Posting(3)));
        _driver.Pass(TimeSpan.FromSeconds(1));
        var repair = _driver.Core.NextRepair(_driver.Now)!;
        Assert.Equal((1L, 2L), (repair.From, repair.To));
    }

    [Fact]
    public void A_balance_tells_of_the_last_posting_that_has_not_come()
    {
        _driver.Accept(Booked("1", Posting(1)));
        _driver.Accept(Change(1, Account("1", 2, lastPosting: 2)));
        _driver.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(FreshnessStatus.Live, _driver.Core.PostingFreshness.Status);
        Assert.True(_driver.Core.PostingFreshness.Watermark < _driver.Now);
        _driver.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.PostingFreshness.Status);
        _driver.Pass(TimeSpan.FromSeconds(1));
        // A balance that was repaired does not stand in for the posting.
        var repair = _driver.Core.NextRepair(_driver.Now)!;
        Assert.Equal((RepairKind.Postings, 2L, 2L), (repair.Kind, repair.From, repair.To));
        Assert.Equal(FreshnessStatus.Live, _driver.Core.ViewOf(Register.Accounts).Freshness.Status);
        _driver.Accept(Booked("1", Posting(2)));
        _driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((FreshnessStatus.Live, _driver.Now), (_driver.Core.PostingFreshness.Status, _driver.Core.PostingFreshness.Watermark));
    }

    [Fact]
    public void What_a_filter_dropped_counts_as_seen()
    {
        _driver.Accept(new PostingsFiltered { Client = Client, EventTime = _driver.Now, Account = "1", FromNumber = 1, ToNumber = 40 });
        _driver.Accept(Booked("1", Posting(41)));
        _driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((FreshnessStatus.Live, 41), (_driver.Core.PostingFreshness.Status, _driver.Core.PostingFreshness.Sequence));
        _driver.Forward();
        Assert.Equal(41, Assert.Single(_driver.Months).Key.Number);
        Assert.Equal(new IngestCounts(1, 0, 1, 0), _driver.Totals);
    }

    [Fact]
    public void A_client_goes_on_from_what_was_stored()
    {
        _driver.Accept(Change(1, Account("1", 10, 1)));
        _driver.Accept(Change(3, Account("1", 30, 3)));
        _driver.Accept(Booked("1", Posting(1), Posting(3)));
        _driver.Accept(Change(1, new Authority { Id = "a", Person = "p", MaySee = true, MaySign = true, SignUpTo = 5.10m, Until = new DateOnly(2027, 1, 1) }));
        _driver.Restart();
        _driver.Observe();
        Assert.Equal(FreshnessStatus.Gap, _driver.Core.ViewOf(Register.Accounts).Freshness.Status);
        _driver.Accept(Change(2, Account("1", 20, 2)));
        _driver.Accept(Booked("1", Posting(2)));
        _driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(FreshnessStatus.Live, _driver.Core.Freshness.Status);
        Assert.Equal(30, Assert.IsType<Account>(Assert.Single(_driver.Core.ViewOf(Register.Accounts).Entries)).Balance);
        Assert.Equal(5.10m, Assert.IsType<Authority>(Assert.Single(_driver.Core.ViewOf(Register.Authorities).Entries)).SignUpTo);
        _driver.Forward();
        Assert.Equal(3, _driver.Months.Count);
    }

    public static TheoryData<string> RuleBreakers => [.. Breakers.Keys];

    private static readonly Dictionary<string, (ClientEvent Item, string? Topic)> Breakers = new()
    {
        ["another client"] = (Change(1, Account("1", 1)) with { Client = "18" }, null),
        ["a wrong topic"] = (Change(1, Account("1", 1)), ClientTopics.Loans),
        ["a wrong entry"] = (Change(1, Account("1", 1)) with { Register = Register.Loans }, null),
        ["a sequence of none"] = (Change(0, Account("1", 1)), null),
        ["an entry twice"] = (Snapshot(Register.Accounts, 1, Account("1", 1), Account("1", 2)), null),
        ["no postings"] = (Booked("1"), null),
        ["postings out of order"] = (Booked("1", Posting(2), Posting(1)), null),
        ["a posting of number 0"] = (Booked("1", Posting(0)), null),
        ["a posting outside of its range"] = (Range("1", 1, 2, 2, Posting(3)), null),
        ["a hold of nothing"] = (Change(1, Account("1", 1) with { Holds = [new Hold("h", 0, null, null)] }), null),
    };

    [Theory]
    [MemberData(nameof(RuleBreakers))]
    public void What_breaks_a_rule_is_rejected_and_changes_nothing(string what)
    {
        var (item, topic) = Breakers[what];
        var result = _driver.Feed(item, topic);
        Assert.Equal((IngestOutcome.Rejected, 0L), (result.Outcome, result.RejectedOffset));
        Assert.NotEmpty(result.Reason!);
        Assert.All(_driver.State.Registers, register => Assert.False(register.Started));
        Assert.Empty(_driver.State.Postings);
    }

    [Fact]
    public void A_number_that_no_account_reaches_is_refused_until_another_one_near_it_follows()
    {
        _driver.Accept(Booked("1", Posting(1)));
        Assert.Equal(IngestOutcome.Rejected, _driver.Feed(Booked("1", Posting(900_000_000))).Outcome);
        _driver.Accept(Booked("1", Posting(2)));
        _driver.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(FreshnessStatus.Live, _driver.Core.PostingFreshness.Status);
    }
}
