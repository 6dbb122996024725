using StreamForge.Contracts.Operations;
using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Support.Storage;

/// <summary>What every index of dead letters does. A test project derives a class for each implementation.</summary>
public abstract class DeadLetterIndexContract : OperationStoresContract
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    private static readonly Guid LogId = new("5e6a3f10-94a1-4a34-8a0b-1f2d3c4b5a69");

    private IDeadLetterIndex Index => Fixture.Stores.Letters;

    [Fact]
    public async Task Letters_are_there_once_in_order_of_id_with_all_that_they_say()
    {
        var letters = new[] { Letter("b", 2), Letter("a", 1), Letter("c", 3) };
        await Index.Add(letters, Cancellation);
        await Index.Add([Letter("b", 2) with { Reason = "another", Stands = new LogPosition(LogId, 0, 9) }, Letter("d", 4)], Cancellation);
        await Fixture.Reopen();
        var page = await Index.ListLetters(new DeadLetterQuery(), Cancellation);
        Assert.Equal([Letter("a", 1), Letter("b", 2), Letter("c", 3), Letter("d", 4)], page.Items);
        Assert.Null(page.Next);
        Assert.Equal(new DeadLetterCounts(4, 0, 0), await Index.Count(Cancellation));
        Assert.Null(await Index.Find("e", Cancellation));
    }

    [Fact]
    public async Task Of_two_who_change_a_letter_one_does()
    {
        await Index.Add([Letter("a", 1)], Cancellation);
        var found = (await Index.Find("a", Cancellation))!;
        var discarded = found.Letter with { State = DeadLetterState.Discarded, By = "op", ChangedAt = At.AddDays(1) };
        Assert.True(await Index.Change(found, discarded, Cancellation));
        Assert.False(await Index.Change(found, found.Letter with { State = DeadLetterState.Replayed }, Cancellation));
        // Nor does it become open again by being indexed once more.
        await Index.Add([Letter("a", 1)], Cancellation);
        await Fixture.Reopen();
        var now = (await Index.Find("a", Cancellation))!;
        Assert.Equal(discarded, now.Letter);
        Assert.True(await Index.Change(now, now.Letter with { State = DeadLetterState.Replaying, ReplayFrom = new LogPosition(LogId, 2, 7) }, Cancellation));
        Assert.Equal(new DeadLetterCounts(1, 0, 0), await Index.Count(Cancellation));
    }

    [Fact]
    public async Task Letters_are_found_by_state_topic_and_reason_page_by_page()
    {
        var letters = Enumerable.Range(0, 12).Select(i => Letter($"{i:D2}", i) with
        {
            Topic = i % 2 == 0 ? "raw.market" : "market.depth",
            Reason = i % 3 == 0 ? "Not JSON: '%_\\'" : "a rule",
        }).ToList();
        await Index.Add(letters, Cancellation);
        var last = (await Index.Find("11", Cancellation))!;
        await Index.Change(last, last.Letter with { State = DeadLetterState.Discarded }, Cancellation);

        Assert.Equal(["00", "02", "04", "06", "08", "10"], await All(new DeadLetterQuery(Topic: "raw.market", Limit: 4)));
        Assert.Equal(["00", "03", "06", "09"], await All(new DeadLetterQuery(Reason: "not json", Limit: 2)));
        Assert.Equal(["00", "03", "06", "09"], await All(new DeadLetterQuery(Reason: "%_\\", Limit: 3)));
        Assert.Equal(["11"], await All(new DeadLetterQuery(State: DeadLetterState.Discarded)));
        Assert.Equal(["03", "09"], await All(new DeadLetterQuery(DeadLetterState.Open, "market.depth", "JSON", Limit: 1)));
        Assert.Empty(await All(new DeadLetterQuery(Reason: "nowhere", Limit: 1)));
        Assert.Equal(12, (await All(new DeadLetterQuery(Limit: 12))).Count);
    }

    [Fact]
    public async Task What_the_log_has_forgotten_is_forgotten()
    {
        await Index.Add(
            [
                Letter("a", 10), Letter("b", 20), Letter("other partition", 10) with { Stands = new LogPosition(LogId, 1, 10) },
                Letter("other log", 30) with { Stands = new LogPosition(Guid.Empty, 0, 30) },
            ],
            Cancellation);
        Assert.Equal(2, await Index.Forget(LogId, 0, 20, Cancellation));
        Assert.Equal(0, await Index.Forget(LogId, 0, 20, Cancellation));
        Assert.Equal(["b", "other partition"], await All(new DeadLetterQuery()));
        Assert.Equal(2, (await Index.Count(Cancellation)).Total);
    }

    [Fact]
    public async Task Any_text_of_a_record_can_be_kept()
    {
        var letter = Letter("a", 1) with { Key = "\0 binary \uFFFD", Reason = "a NUL \0, 😀 and \" ' \\", EventId = "x\u0001" };
        await Index.Add([letter], Cancellation);
        Assert.Equal(letter, (await Index.Find("a", Cancellation))!.Letter);
        Assert.Equal(["a"], await All(new DeadLetterQuery(Reason: "😀 AND")));
    }

    private async Task<List<string>> All(DeadLetterQuery query)
    {
        var found = new List<string>();
        do
        {
            var page = await Index.ListLetters(query, Cancellation);
            Assert.True(page.Items.Length <= query.Limit);
            found.AddRange(page.Items.Select(letter => letter.Id));
            query = query with { After = page.Next };
        }
        while (query.After is not null);
        return found;
    }

    private static DeadLetter Letter(string id, long offset) => new()
    {
        Id = id,
        State = DeadLetterState.Open,
        Topic = "raw.market",
        Place = new LogPosition(LogId, 3, offset * 10),
        Group = "g",
        Reason = "not a number",
        At = At,
        RecordedAt = At.AddTicks(-12_345),
        Key = "binance:BTCUSDT",
        EventId = "e1",
        Stands = new LogPosition(LogId, 0, offset),
    };
}
