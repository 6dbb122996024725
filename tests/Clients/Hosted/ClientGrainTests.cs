using StreamForge.Contracts.Clients;
using StreamForge.Contracts.Integrity;
using StreamForge.Contracts.Streams;
using StreamForge.Grains.Clients;
using StreamForge.Silo.Storage;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Grains;
using static StreamForge.Tests.Clients.Rules.TestEvents;

namespace StreamForge.Tests.Clients.Hosted;

/// <summary>Clients on a real engine and a real store.</summary>
public sealed class ClientGrainTests(GrainFixture fixture) : IClassFixture<GrainFixture>
{
    private static readonly Guid _logId = new("00000000-0000-0000-0000-0000000000cc");

    private readonly string _client = Guid.NewGuid().ToString("N");

    private IClientGrain Grain => fixture.Grains.GetGrain<IClientGrain>(_client);

    [Fact]
    public async Task Registers_and_statements_are_answered_and_what_was_flushed_is_there_after_the_activation()
    {
        await Ingest(ClientTopics.Accounts, 0, Change(1, Account("1", 3, 3)));
        await Ingest(ClientTopics.Postings, 0, Booked("1", Posting(1, 1, 30), Posting(2, 1, 2), Posting(3, 1, 31)));
        // Before anything is durable: memory answers.
        var early = await Grain.GetStatement("1", new DateOnly(2026, 1, 1), new DateOnly(2026, 1, 31), null, 0, 10);
        Assert.Equal([2, 1, 3], early!.Postings.Select(posting => posting.Number));

        var flushed = await Grain.Flush();
        Assert.Equal(0, flushed.DurableOf(ClientTopics.Postings, _logId, 0));
        Assert.NotNull(await January());
        var stored = new ClientState();
        var row = await fixture.Store.Read(new StateKey(ClientGrain.StateName, _client), CancellationToken.None);
        stored.Read(row!.Payload.Span, row.SchemaVersion);
        Assert.Equal(("live", 0), (stored.Index.Status, stored.Pending.Count));

        var view = await Grain.GetRegister(Register.Accounts);
        Assert.Equal((FreshnessStatus.Live, 3m), (view.Freshness.Status, Assert.IsType<Account>(Assert.Single(view.Entries)).Balance));
        Assert.Equal(FreshnessStatus.Live, (await Grain.GetView()).Freshness.Status);
    }

    [Fact]
    public async Task A_statement_comes_in_pages_over_months_each_posting_once()
    {
        var postings = Enumerable.Range(1, 40)
            .Select(number => Posting(number) with { BookedOn = new DateOnly(2026, 1, 1).AddDays(number * 3) }).ToArray();
        await Ingest(ClientTopics.Postings, 0, Booked("1", postings[..25]));
        await Grain.Flush();
        await Ingest(ClientTopics.Postings, 1, Booked("1", postings[25..]));
        var seen = new List<long>();
        DateOnly? day = null;
        for (var (number, more) = (0L, true); more;)
        {
            var page = await Grain.GetStatement("1", new DateOnly(2026, 1, 10), new DateOnly(2026, 4, 20), day, number, 7);
            seen.AddRange(page!.Postings.Select(posting => posting.Number));
            more = page.HasMore;
            Assert.True(!more || page.Postings.Length == 7);
            if (more)
                (day, number) = (page.Postings[^1].BookedOn, page.Postings[^1].Number);
        }

        Assert.Equal(
            postings.Where(posting => posting.BookedOn >= new DateOnly(2026, 1, 10) && posting.BookedOn <= new DateOnly(2026, 4, 20)).Select(posting => posting.Number),
            seen);
        Assert.Null(await Grain.GetStatement("2", new DateOnly(2026, 1, 1), new DateOnly(2026, 2, 1), null, 0, 7));
    }

    [Fact]
    public async Task A_gap_is_asked_for_at_the_source_of_that_register()
    {
        await Ingest(ClientTopics.Authorities, 0, Change(2, new Authority { Id = "a", Person = "p", MaySee = true, MaySign = false }));
        await Eventually.Holds(() => fixture.Source.Requests.Any(request => request.Entity == _client), TimeSpan.FromSeconds(10), "the question");
        var request = fixture.Source.Requests.Single(request => request.Entity == _client);
        Assert.Equal((ClientSources.Crm, "authorities"), (request.Source, request.Part));
        Assert.NotEqual(FreshnessStatus.Live, (await Grain.GetRegister(Register.Authorities)).Freshness.Status);
        await Ingest(ClientTopics.Answers, 0, Snapshot(Register.Authorities, 2), request.Id);
        Assert.Equal(FreshnessStatus.Live, (await Grain.GetRegister(Register.Authorities)).Freshness.Status);
    }

    [Fact]
    public async Task An_avalanche_goes_to_its_months_while_it_comes()
    {
        var many = new ClientOptions().PendingPostings + 1;
        await Ingest(ClientTopics.Postings, 0, Booked("1", [.. Enumerable.Range(1, many).Select(number => Posting(number))]));
        Assert.Null(await January());
        await Ingest(ClientTopics.Postings, 1, Booked("1", Posting(many + 1)));
        Assert.NotNull(await January());
    }

    private async Task<StateRow?> January() =>
        await fixture.Store.Read(new StateKey("statement-month", $"{_client}/1/2026-01"), CancellationToken.None);

    private async Task Ingest(string topic, long offset, ClientEvent item, string? repairId = null)
    {
        var result = await Grain.Ingest(new IngestBatch
        {
            Topic = topic,
            LogId = _logId,
            Partition = 0,
            Epoch = 1,
            Previous = offset == 0 ? null : offset - 1,
            Records =
            [
                new IngestRecord
                {
                    Offset = offset,
                    Timestamp = TimeProvider.System.GetUtcNow(),
                    Event = item with { Client = _client, ReceivedAt = TimeProvider.System.GetUtcNow() },
                    RepairId = repairId,
                },
            ],
        });
        Assert.True(result.Outcome == IngestOutcome.Applied, $"{result.Outcome}: {result.Reason}");
    }
}
