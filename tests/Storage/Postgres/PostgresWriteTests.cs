using System.Text;
using StreamForge.Grains.State;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support.Postgres;

namespace StreamForge.Tests.Storage.Postgres;

/// <summary>Batches of conditional writes in PostgreSQL.</summary>
public sealed class PostgresWriteTests : IAsyncLifetime
{
    private PostgresFixture _fixture = null!;
    private PostgresDatabase _database = null!;
    private PostgresStateStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _fixture = await PostgresFixture.Create();
        _database = await _fixture.Open();
        _store = new PostgresStateStore(_database);
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_fixture is not null)
            await _fixture.DisposeAsync();
    }

    private static StateWrite Row(string id, string? expected, string etag, string payload = "state") => new()
    {
        Key = new StateKey("book", id),
        SchemaVersion = 1,
        Payload = Encoding.UTF8.GetBytes(payload),
        ExpectedETag = expected,
        ETag = etag,
        Index = new StateIndex("binance", "live", 7, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)),
    };

    private Task<WriteOutcome> Write(StateWrite write) => _store.Write(write, CancellationToken.None).AsTask();

    [Fact]
    public async Task Five_thousand_rows_at_once_with_conflicts_among_them_fail_only_where_they_must()
    {
        const int rows = 5_000;
        var created = await Task.WhenAll(Enumerable.Range(0, rows).Select(i => Write(Row($"i{i:0000}", null, "a"))));
        Assert.All(created, o => Assert.True(o.Written));

        // Every seventh expects what is not stored, every eleventh that there is no row.
        var second = await Task.WhenAll(Enumerable.Range(0, rows)
            .Select(i => Write(Row($"i{i:0000}", i % 7 == 0 ? "other" : i % 11 == 0 ? null : "a", "b", $"second {i}"))));
        for (var i = 0; i < rows; i++)
        {
            var conflict = i % 7 == 0 || i % 11 == 0;
            Assert.Equal(conflict ? new WriteOutcome(false, "a") : new WriteOutcome(true, null), second[i]);
            var row = await _store.Read(new StateKey("book", $"i{i:0000}"), CancellationToken.None);
            Assert.Equal(conflict ? "a" : "b", row!.ETag);
            Assert.Equal(conflict ? "state" : $"second {i}", Encoding.UTF8.GetString(row.Payload.Span));
        }

        var statements = await _fixture.Scalar<long>("select count(distinct xmin::text) from streamforge.state");
        Assert.True(statements < rows / 10, $"{statements} statements wrote {rows} rows: they were not batched");
    }

    [Fact]
    public async Task Writes_of_the_same_rows_from_two_stores_never_deadlock_and_one_of_each_wins()
    {
        await using var other = new PostgresStateStore(_database);
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        const int rows = 300;
        var stored = new string?[rows];
        for (var round = 0; round < 10; round++)
        {
            var attempts = Enumerable.Range(0, 2 * rows).ToArray();
            random.Shuffle(attempts);
            var outcomes = await Task.WhenAll(attempts.Select(async n =>
            {
                var write = Row($"i{n % rows}", stored[n % rows], $"r{round}-{n / rows}");
                return (Row: n % rows, write.ETag, Outcome: await (n < rows ? _store : other).Write(write, CancellationToken.None));
            }));
            foreach (var row in outcomes.GroupBy(o => o.Row))
            {
                var winner = Assert.Single(row, o => o.Outcome.Written);
                var loser = Assert.Single(row, o => !o.Outcome.Written);
                Assert.Equal(winner.ETag, loser.Outcome.StoredETag);
                stored[row.Key] = winner.ETag;
            }
        }
    }

    [Fact]
    public async Task A_write_repeated_after_its_answer_was_lost_counts_as_written()
    {
        var write = Row("i", null, "a");
        Assert.True((await Write(write)).Written);
        Assert.True((await Write(write)).Written);
        var next = Row("i", "a", "b");
        Assert.True((await Write(next)).Written);
        Assert.True((await Write(next)).Written);
        Assert.Equal(new WriteOutcome(false, "b"), await Write(write));
        Assert.Equal(new WriteOutcome(false, null), await Write(Row("none", "a", "b")));
    }

    [Fact]
    public async Task Writes_of_one_row_that_come_together_are_carried_out_in_their_order()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Write(Row("i", i == 0 ? null : $"v{i - 1}", $"v{i}"))));
        // More than one connection writes: a later one may come first and lose, but never the other way round.
        var last = Array.FindLastIndex(outcomes, o => o.Written);
        Assert.Equal($"v{last}", await _store.CurrentETag("book", "i", CancellationToken.None));
        Assert.True(outcomes[0].Written);
    }

    [Fact]
    public async Task What_the_database_cannot_hold_is_refused_before_it_spoils_a_batch()
    {
        foreach (var id in new[] { "", new string('x', 513), "nul\0", "half" + (char)0xD800 })
            await Assert.ThrowsAsync<ArgumentException>(() => Write(Row(id, null, "a")));
        Assert.True((await Write(Row("whole \U0001F600", null, "a"))).Written);
    }
}
