using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Development;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support.Postgres;

namespace StreamForge.Tests.Storage.Postgres;

/// <summary>The server goes away in the middle of writes.</summary>
public sealed class PostgresRestartTests
{
    private const int Grains = 40;
    private const int Crashes = 3;

    [Fact]
    public async Task Writes_whose_outcome_was_unknown_are_repeated_and_count_exactly_once()
    {
        var programs = PostgresCluster.FindPrograms();
        Assert.SkipWhen(programs is null, "PostgreSQL is not installed (initdb, pg_ctl): the restart test is skipped.");
        using var cluster = PostgresCluster.Create(programs!);
        await using var database = await PostgresDatabase.Open(
            new PostgresOptions { ConnectionString = cluster.ConnectionString + ";Database=postgres" }, TimeProvider.System,
            NullLogger<PostgresDatabase>.Instance, CancellationToken.None);
        await using var store = new PostgresStateStore(database);
        using var stop = new CancellationTokenSource();
        var unknown = new ConcurrentBag<int>();
        var written = new int[Grains];

        var grains = Enumerable.Range(0, Grains).Select(g => CountUp(store, g, written, unknown, stop.Token)).ToArray();
        for (var crash = 0; crash < Crashes; crash++)
        {
            var before = written.Sum();
            await Support.Eventually.Holds(() => written.Sum() > before + 20 * Grains, TimeSpan.FromSeconds(60), "writes go on");
            cluster.Crash();
            cluster.Start();
        }

        var last = written.Sum();
        await Support.Eventually.Holds(() => written.Sum() > last + Grains, TimeSpan.FromSeconds(60), "writes go on after the last crash");
        await stop.CancelAsync();
        await Task.WhenAll(grains);

        Assert.NotEmpty(unknown);
        for (var g = 0; g < Grains; g++)
        {
            var row = await store.Read(new StateKey("count", $"{g}"), CancellationToken.None);
            Assert.True(row!.Payload.Span.SequenceEqual(State(g, written[g])), $"grain {g} is not at {written[g]}");
        }
    }

    /// <summary>Of half of the grains the state is large, so that it is patched.</summary>
    private static byte[] State(int grain, int count)
    {
        var state = new byte[grain % 2 == 0 ? sizeof(int) : 8_192];
        new Random(grain).NextBytes(state);
        BinaryPrimitives.WriteInt32LittleEndian(state.AsSpan(state.Length - sizeof(int)), count);
        return state;
    }

    /// <summary>A grain that adds one, again and again: a write lost or doubled would be a conflict or a wrong count.</summary>
    private static async Task CountUp(
        PostgresStateStore store, int grain, int[] written, ConcurrentBag<int> unknown, CancellationToken stop)
    {
        for (var count = 1; !stop.IsCancellationRequested; count++)
        {
            var write = new StateWrite
            {
                Key = new StateKey("count", $"{grain}"),
                SchemaVersion = 1,
                Payload = State(grain, count),
                ExpectedETag = count == 1 ? null : $"{count - 1}",
                ETag = $"{count}",
            };
            await Support.Eventually.HoldsAsync(
                async () =>
                {
                    try
                    {
                        var outcome = await store.Write(write, CancellationToken.None);
                        Assert.True(outcome.Written, $"grain {grain} at {count}: stored is {outcome.StoredETag}");
                        return true;
                    }
                    catch (StateStoreException)
                    {
                        unknown.Add(grain);
                        return false;
                    }
                },
                TimeSpan.FromSeconds(60),
                "the write is repeated until it is known");
            Volatile.Write(ref written[grain], count);
        }
    }
}
