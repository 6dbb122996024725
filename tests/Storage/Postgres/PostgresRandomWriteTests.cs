using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support.Postgres;

namespace StreamForge.Tests.Storage.Postgres;

/// <summary>
/// Random writes and deletes of states of every size, by three stores with different memories over one database: whatever form they
/// were sent in, what is read is what was written last.
/// </summary>
public sealed class PostgresRandomWriteTests
{
    private const int Keys = 12;
    private const int Rounds = 150;
    private readonly int _seed = Environment.TickCount;

    [Fact]
    public async Task What_is_read_is_what_was_written_last_in_whatever_form()
    {
        TestContext.Current.SendDiagnosticMessage($"seed {_seed}");
        var random = new Random(_seed);
        await using var fixture = await PostgresFixture.Create();
        await using var large = await fixture.Open();
        await using var small = await fixture.Open(new PostgresOptions { PatchMemoryBytes = 60_000, WriteConnections = 1 });
        await using var none = await fixture.Open(new PostgresOptions { PatchMemoryBytes = 0 });
        await using var first = new PostgresStateStore(large);
        await using var second = new PostgresStateStore(small);
        await using var third = new PostgresStateStore(none);
        var stores = new[] { first, first, first, second, second, third };
        var model = new (string? ETag, byte[] State)[Keys];
        for (var i = 0; i < Keys; i++)
            model[i] = (null, []);

        var tag = 0;
        var patched = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            // Mostly the same store for all, so that it knows what it wrote; each key once a round, all at a time.
            var store = stores[random.Next(stores.Length)];
            await Task.WhenAll(Enumerable.Range(0, Keys).Where(_ => random.Next(3) > 0).Select(k => Step(
                random.Next(8) == 0 ? stores[random.Next(stores.Length)] : store, k, model, $"t{tag++}", random.Next())).ToList());
            patched += await fixture.Scalar<long>("select count(*) from streamforge.state where patches > 0");
            for (var k = 0; k < Keys; k++)
            {
                var row = await stores[random.Next(stores.Length)].Read(Key(k), CancellationToken.None);
                Assert.True(row?.ETag == model[k].ETag, $"seed {_seed}, round {round}, key {k}: {row?.ETag}, not {model[k].ETag}");
                Assert.True(
                    row is null || row.Payload.Span.SequenceEqual(model[k].State), $"seed {_seed}, round {round}, key {k}: another state");
            }
        }

        Assert.True(patched > Rounds, $"seed {_seed}: only {patched} times was a row seen with patches");
    }

    private async Task Step(PostgresStateStore store, int k, (string? ETag, byte[] State)[] model, string etag, int seed)
    {
        var random = new Random(seed);
        var (stored, state) = model[k];
        if (stored is not null && random.Next(15) == 0)
        {
            Assert.True((await store.Delete(Key(k), stored, CancellationToken.None)).Written);
            model[k] = (null, []);
            return;
        }

        var next = Edited(stored is null || random.Next(10) == 0 ? Fresh(random) : state, random);
        var write = new StateWrite { Key = Key(k), SchemaVersion = 1, Payload = next, ExpectedETag = stored, ETag = etag };
        if (random.Next(6) == 0)
        {
            var late = await store.Write(write with { ExpectedETag = "stale", ETag = etag + "-late" }, CancellationToken.None);
            Assert.True(late == new WriteOutcome(false, stored), $"seed {_seed}, key {k}: a stale write met {late}");
        }

        // Now and then its answer is lost and it is sent again, by the same store or by another.
        for (var attempts = random.Next(8) == 0 ? 2 : 1; attempts > 0; attempts--)
        {
            var outcome = await store.Write(write, CancellationToken.None);
            Assert.True(outcome.Written, $"seed {_seed}, key {k}: a write expecting {stored} met {outcome.StoredETag}");
        }

        model[k] = (etag, next);
    }

    private static byte[] Fresh(Random random)
    {
        var state = new byte[random.Next(4) == 0 ? random.Next(5_000) : random.Next(40_000)];
        random.NextBytes(state);
        return state;
    }

    /// <summary>A few runs replaced by others of any length.</summary>
    private static byte[] Edited(byte[] state, Random random)
    {
        var next = state.ToList();
        for (var edits = random.Next(6); edits > 0; edits--)
        {
            var at = random.Next(next.Count + 1);
            next.RemoveRange(at, Math.Min(random.Next(200), next.Count - at));
            var fresh = new byte[random.Next(200)];
            random.NextBytes(fresh);
            next.InsertRange(at, fresh);
        }

        return [.. next];
    }

    private static StateKey Key(int k) => new("book", $"i{k}");
}
