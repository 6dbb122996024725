using StreamForge.Contracts.Streams;
using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Support.Storage;

/// <summary>A partition store under test.</summary>
public abstract class PartitionStoreFixture : IAsyncDisposable
{
    /// <summary>The store; another object after <see cref="Reopen"/>.</summary>
    public abstract IPartitionStore Store { get; }

    /// <summary>Closes the store and opens it again over the same data.</summary>
    public abstract ValueTask Reopen();

    public abstract ValueTask DisposeAsync();
}

/// <summary>What every partition store does. A test project derives a class for each implementation.</summary>
public abstract class PartitionStoreContract : IAsyncLifetime
{
    private static readonly DateTimeOffset ParkedAt = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    private static int _lastGroup;
    private readonly string _group = string.Create(null, $"group{Interlocked.Increment(ref _lastGroup)}-{Environment.ProcessId}");
    private readonly Guid _logId = new("5e6a3f10-94a1-4a34-8a0b-1f2d3c4b5a69");

    protected PartitionStoreFixture Fixture { get; private set; } = null!;

    private IPartitionStore Store => Fixture.Store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A fixture over an empty store, or one whose other groups do not matter.</summary>
    protected abstract ValueTask<PartitionStoreFixture> CreateFixture();

    public async ValueTask InitializeAsync() => Fixture = await CreateFixture();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Fixture is not null)
            await Fixture.DisposeAsync();
    }

    [Fact]
    public async Task The_first_owner_has_epoch_one_and_starts_at_zero()
    {
        var row = await Store.Acquire(Key(0), "silo-a", Cancellation);
        Assert.Equal((1L, 0L, "silo-a", Key(0)), (row.Epoch, row.LowWater, row.Owner, row.Key));
    }

    [Fact]
    public async Task Every_owner_has_a_higher_epoch_and_finds_what_was_stored()
    {
        var first = await Store.Acquire(Key(0), "silo-a", Cancellation);
        Assert.Equal(AdvanceOutcome.Stored, await Store.Advance(Key(0), first.Epoch, 0, 41, Cancellation));
        Assert.Equal(AdvanceOutcome.Stored, await Store.Advance(Key(0), first.Epoch, 0, 42, Cancellation));
        var second = await Store.Acquire(Key(0), "silo-b", Cancellation);
        Assert.Equal((2L, 42L, "silo-b"), (second.Epoch, second.LowWater, second.Owner));
        await Fixture.Reopen();
        var third = await Store.Acquire(Key(0), "silo-c", Cancellation);
        Assert.Equal((3L, 42L, "silo-c"), (third.Epoch, third.LowWater, third.Owner));
    }

    [Fact]
    public async Task A_zombie_moves_nothing()
    {
        var zombie = await Store.Acquire(Key(0), "silo-a", Cancellation);
        var owner = await Store.Acquire(Key(0), "silo-b", Cancellation);
        Assert.Equal(AdvanceOutcome.Fenced, await Store.Advance(Key(0), zombie.Epoch, 0, 99, Cancellation));
        Assert.False(await Store.Park(Key(0), zombie.Epoch, Parked("k", 5), Cancellation));
        Assert.True(await Store.Park(Key(0), owner.Epoch, Parked("k", 7), Cancellation));
        Assert.False(await Store.Unpark(Key(0), zombie.Epoch, "k", null, Cancellation));

        Assert.Equal(0, Assert.Single(await Store.List(_group, Cancellation)).LowWater);
        Assert.Equal(Parked("k", 7), Assert.Single(await Store.ListParked(Key(0), Cancellation)));
    }

    [Fact]
    public async Task A_partition_that_nobody_acquired_cannot_be_moved()
    {
        Assert.Equal(AdvanceOutcome.SetBack, await Store.Advance(Key(0), 1, 0, 5, Cancellation));
        Assert.False(await Store.Park(Key(0), 1, Parked("k", 5), Cancellation));
        Assert.Empty(await Store.List(_group, Cancellation));
    }

    [Fact]
    public async Task Nothing_is_written_over_a_mark_or_an_epoch_that_is_older_than_its_owner_knows()
    {
        var row = await Store.Acquire(Key(0), "silo-a", Cancellation);
        Assert.Equal(AdvanceOutcome.Stored, await Store.Advance(Key(0), row.Epoch, 0, 100, Cancellation));
        // As it is where a copy from before was restored.
        Assert.Equal(AdvanceOutcome.SetBack, await Store.Advance(Key(0), row.Epoch, 101, 200, Cancellation));
        Assert.Equal(AdvanceOutcome.SetBack, await Store.Advance(Key(0), row.Epoch + 1, 100, 200, Cancellation));
        Assert.Equal(100, Assert.Single(await Store.List(_group, Cancellation)).LowWater);
        // An attempt whose outcome is unknown may have stored more than its owner knows.
        Assert.Equal(AdvanceOutcome.Stored, await Store.Advance(Key(0), row.Epoch, 90, 200, Cancellation));
    }

    [Fact]
    public async Task The_low_water_mark_may_go_back_when_state_was_lost()
    {
        var row = await Store.Acquire(Key(0), "silo-a", Cancellation);
        Assert.Equal(AdvanceOutcome.Stored, await Store.Advance(Key(0), row.Epoch, 0, 100, Cancellation));
        Assert.Equal(AdvanceOutcome.Stored, await Store.Advance(Key(0), row.Epoch, 0, 60, Cancellation));
        Assert.Equal(60, Assert.Single(await Store.List(_group, Cancellation)).LowWater);
    }

    [Fact]
    public async Task A_loss_outlives_restarts_and_owners_until_it_is_taken_back()
    {
        var row = await Store.Acquire(Key(0), "a", Cancellation);
        Assert.Null(row.Loss);
        var loss = new PartitionLoss(5, 9, ParkedAt);
        Assert.True(await Store.NoteLoss(Key(0), row.Epoch, new PartitionLoss(5, 7, ParkedAt), Cancellation));
        Assert.True(await Store.NoteLoss(Key(0), row.Epoch, loss, Cancellation));
        Assert.Equal(AdvanceOutcome.Stored, await Store.Advance(Key(0), row.Epoch, 0, 10, Cancellation));
        await Fixture.Reopen();
        var next = await Store.Acquire(Key(0), "b", Cancellation);
        Assert.Equal((10L, loss), (next.LowWater, next.Loss));
        Assert.Equal(loss, Assert.Single(await Store.List(_group, Cancellation)).Loss);
        Assert.False(await Store.NoteLoss(Key(0), row.Epoch, null, Cancellation), "a zombie takes nothing back");
        Assert.True(await Store.NoteLoss(Key(0), next.Epoch, null, Cancellation));
        Assert.Null((await Store.Acquire(Key(0), "c", Cancellation)).Loss);
        Assert.False(await Store.NoteLoss(Key(1), 1, loss, Cancellation), "nobody acquired it");
    }

    [Fact]
    public async Task Another_log_id_or_partition_is_another_row()
    {
        var other = Key(0) with { LogId = new Guid("00000000-0000-0000-0000-000000000001") };
        await Store.Advance(Key(0), (await Store.Acquire(Key(0), "a", Cancellation)).Epoch, 0, 10, Cancellation);
        await Store.Advance(Key(1), (await Store.Acquire(Key(1), "a", Cancellation)).Epoch, 0, 20, Cancellation);
        var anew = await Store.Acquire(other, "a", Cancellation);
        Assert.Equal((1L, 0L), (anew.Epoch, anew.LowWater));
        Assert.Equal([0L, 10L, 20L], (await Store.List(_group, Cancellation)).Select(r => r.LowWater).Order());
        Assert.Empty(await Store.List(_group + "-other", Cancellation));
    }

    [Fact]
    public async Task Parked_keys_outlive_restarts_and_owners()
    {
        var row = await Store.Acquire(Key(0), "a", Cancellation);
        Assert.True(await Store.Park(Key(0), row.Epoch, Parked("binance:BTCUSDT", 5), Cancellation));
        Assert.True(await Store.Park(Key(0), row.Epoch, Parked("kraken:XBT-USD", 9), Cancellation));
        await Fixture.Reopen();
        await Store.Acquire(Key(0), "b", Cancellation);
        Assert.Equal(
            [Parked("binance:BTCUSDT", 5), Parked("kraken:XBT-USD", 9)],
            (await Store.ListParked(Key(0), Cancellation)).OrderBy(p => p.FromOffset));
        Assert.Empty(await Store.ListParked(Key(1), Cancellation));
    }

    [Fact]
    public async Task Parking_a_parked_key_keeps_the_lower_offset()
    {
        var row = await Store.Acquire(Key(0), "a", Cancellation);
        foreach (var offset in new[] { 7L, 9L, 5L, 6L })
            Assert.True(await Store.Park(Key(0), row.Epoch, Parked("k", offset), Cancellation));
        Assert.Equal(5, Assert.Single(await Store.ListParked(Key(0), Cancellation)).FromOffset);
    }

    [Fact]
    public async Task Unparking_moves_up_and_then_removes()
    {
        var row = await Store.Acquire(Key(0), "a", Cancellation);
        await Store.Park(Key(0), row.Epoch, Parked("k", 5), Cancellation);
        await Store.Park(Key(0), row.Epoch, Parked("stays", 6), Cancellation);
        Assert.True(await Store.Unpark(Key(0), row.Epoch, "k", 50, Cancellation));
        Assert.Equal([6L, 50L], (await Store.ListParked(Key(0), Cancellation)).Select(p => p.FromOffset).Order());
        Assert.True(await Store.Unpark(Key(0), row.Epoch, "k", null, Cancellation));
        Assert.True(await Store.Unpark(Key(0), row.Epoch, "k", null, Cancellation), "a key that is not parked counts as removed");
        Assert.Equal(Parked("stays", 6), Assert.Single(await Store.ListParked(Key(0), Cancellation)));
    }

    [Fact]
    public async Task Parked_keys_of_a_group_are_listed_with_their_partitions()
    {
        Assert.Empty(await Store.ListParkedOf(_group, Cancellation));
        var other = Key(1) with { LogId = new Guid("00000000-94a1-4a34-8a0b-1f2d3c4b5a69") };
        var stranger = Key(2) with { Group = _group + "-other" };
        foreach (var key in new[] { Key(0), other, stranger })
        {
            var row = await Store.Acquire(key, "silo", Cancellation);
            Assert.True(await Store.Park(key, row.Epoch, Parked("k", 5), Cancellation));
            Assert.True(await Store.Park(key, row.Epoch, Parked("a", 7), Cancellation));
        }
        await Store.Acquire(Key(3), "silo", Cancellation);
        Assert.Equal(
            [(Key(0), Parked("a", 7)), (Key(0), Parked("k", 5)), (other, Parked("a", 7)), (other, Parked("k", 5))],
            (await Store.ListParkedOf(_group, Cancellation)).OrderBy(at => at.Partition.Partition).ThenBy(at => at.Row.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Owners_at_once_get_epochs_of_their_own()
    {
        var rows = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            Task.Run(async () => await Store.Acquire(Key(0), string.Create(null, $"silo-{i}"), Cancellation))));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), rows.Select(r => r.Epoch).Order());
        var last = rows.MaxBy(r => r.Epoch)!;
        var moved = await Task.WhenAll(rows.Select(r => Task.Run(async () => await Store.Advance(Key(0), r.Epoch, 0, r.Epoch, Cancellation))));
        Assert.Equal([last], rows.Where((_, i) => moved[i] == AdvanceOutcome.Stored));
        Assert.Equal(last.Epoch, Assert.Single(await Store.List(_group, Cancellation)).LowWater);
    }

    private static ParkedRow Parked(string key, long from) => new(key, from, "a reason for " + key, ParkedAt);

    private PartitionKey Key(int partition) => new(_group, "market.depth", _logId, partition);
}
