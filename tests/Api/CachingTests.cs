using StreamForge.ClientApi.Caching;
using StreamForge.ClientApi.Rendering;
using StreamForge.Contracts.Market;
using StreamForge.Tests.Api.Scripted;

namespace StreamForge.Tests.Api;

/// <summary>Sharing reads and keeping bytes, without a network.</summary>
public sealed class CachingTests
{
    [Fact]
    public async Task Readers_that_come_during_a_read_share_the_next_one()
    {
        var reads = new List<TaskCompletionSource<int>>();
        var shared = new SharedRead<int>(() =>
        {
            reads.Add(new TaskCompletionSource<int>());
            return reads[^1].Task;
        });
        var first = shared.Read();
        var second = shared.Read();
        var third = shared.Read();
        Assert.Single(reads);

        reads[0].SetResult(1);
        Assert.Equal(1, await first);
        await Eventually.Holds(() => reads.Count == 2, TimeSpan.FromSeconds(10), "the next read starts");
        Assert.False(second.IsCompleted);
        reads[1].SetResult(2);

        Assert.Equal(2, await second);
        Assert.Equal(2, await third);
        Assert.Equal(2, reads.Count);
    }

    [Fact]
    public async Task A_failed_read_fails_those_who_share_it_and_no_others()
    {
        var fails = true;
        var shared = new SharedRead<int>(() => fails ? throw new TimeoutException() : Task.FromResult(7));

        await Assert.ThrowsAsync<TimeoutException>(() => shared.Read());
        fails = false;

        await Eventually.HoldsAsync(async () => await shared.Read() == 7, TimeSpan.FromSeconds(10), "reads work again");
    }

    [Fact]
    public async Task The_same_view_is_rendered_once_and_new_freshness_keeps_the_content()
    {
        var instrument = new ScriptedInstrument("test:CACHED").Book(1, 100m, 101m);
        var view = instrument.BookView(10);
        var rendered = 0;
        var place = new CachedView<BookView>(ViewShapes.Book, () => Task.FromResult(view), _ => rendered++);

        var first = await place.Read();
        Assert.Same(first, await place.Read());
        view = view with { Freshness = view.Freshness with { Reason = "otherwise the same" } };
        var second = await place.Read();

        Assert.Equal(2, rendered);
        Assert.NotSame(first!.Body, second!.Body);
        Assert.Same(first.ETag, second.ETag);
    }

    [Fact]
    public async Task A_version_counted_again_after_a_crash_is_not_taken_for_the_same_content()
    {
        var view = new ScriptedInstrument("test:AGAIN").Book(1, 100m, 101m).BookView(10);
        var place = new CachedView<BookView>(ViewShapes.Book, () => Task.FromResult(view), _ => { });
        var first = await place.Read();

        view = view with
        {
            Bids = [new PriceLevel(90m, 1m)],
            Freshness = view.Freshness with { AppliedAt = view.Freshness.AppliedAt!.Value.AddSeconds(1) },
        };
        var second = await place.Read();

        Assert.NotEqual(first!.ETag, second!.ETag);
    }

    [Fact]
    public async Task The_cache_stays_within_its_bytes()
    {
        var cache = new ViewCache(100_000);
        for (var number = 0; number < 2_000; number++)
        {
            var instrument = new ScriptedInstrument($"test:M{number}").Book(1, 100m, 101m, levels: 20);
            var place = cache.Get(
                new ViewKey(ViewKind.Book, instrument.Id, 20), instrument,
                (_, script, count) => new CachedView<BookView>(ViewShapes.Book, () => Task.FromResult(script.BookView(20)), count));
            await place.Read();
        }

        Assert.InRange(cache.Count, 1, 100);
    }

    [Fact]
    public void What_is_asked_for_often_stays()
    {
        var cache = new ViewCache(20_000);
        var made = 0;
        CachedView Get(string id) => cache.Get(new ViewKey(ViewKind.Book, id), 0, (_, _, count) =>
        {
            made += id == "test:HOT" ? 1 : 0;
            return new CachedView<BookView>(ViewShapes.Book, () => throw new InvalidOperationException(), count);
        });
        for (var number = 0; number < 1_000; number++)
        {
            Get("test:HOT");
            Get($"test:M{number}");
        }

        Assert.Equal(1, made);
    }
}
