using Npgsql;
using StreamForge.Grains.State;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;

namespace StreamForge.Bench.Checkpoint;

/// <summary>A row that is written over and over, under the condition of its ETag.</summary>
/// <remarks>Its state is made anew for each write, as a grain serialises it: the store may keep what it was given.</remarks>
internal sealed class Grain(string kind, string id, byte[] state, int seed)
{
    /// <summary>A write changes so many runs of so many bytes.</summary>
    private const int Runs = 10, RunBytes = 100;

    private static readonly byte[] Noise = MakeNoise();
    private readonly Random _random = new(seed);
    private int _version;

    public StateKey Key { get; } = new(kind, id);

    public byte[] State { get; private set; } = state;

    public string? Stored => _version == 0 ? null : $"v{_version}";

    /// <summary>Changes the state a little; the write that follows must succeed.</summary>
    public string Change()
    {
        State = [.. State];
        for (var i = 0; i < Runs; i++)
            Noise.AsSpan(_random.Next(Noise.Length - RunBytes), RunBytes).CopyTo(State.AsSpan(_random.Next(State.Length - RunBytes)));
        return $"v{++_version}";
    }

    private static byte[] MakeNoise()
    {
        var noise = new byte[1 << 20];
        new Random(1).NextBytes(noise);
        return noise;
    }

    public async Task Write(PostgresStateStore store, CancellationToken cancellation)
    {
        var (expected, etag) = (Stored, Change());
        var outcome = await store.Write(
            new StateWrite
            {
                Key = Key, SchemaVersion = 1, Payload = State, ExpectedETag = expected, ETag = etag,
                Index = new StateIndex("binance", "live", _version),
            },
            cancellation);
        if (!outcome.Written)
            throw new InvalidOperationException($"{Key}: a write of the benchmark met {outcome.StoredETag}.");
    }
}

/// <summary>The conditional write of one row, prepared, in the transaction of its own statement.</summary>
internal sealed class OneRowWriter : IAsyncDisposable
{
    private readonly NpgsqlCommand _command;

    private OneRowWriter(NpgsqlCommand command) => _command = command;

    public static async Task<OneRowWriter> Prepare(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(
            """
            update streamforge.state
            set etag = $4, schema_version = 1, base = $5, patches = 0, bytes = null, digest = null, scope = 'binance', status = 'live',
                sequence = $6, written_at = now()
            where kind = $1 and id = $2 and etag = $3
            """,
            connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string>(), new NpgsqlParameter<string>(), new NpgsqlParameter<string>(),
                new NpgsqlParameter<string>(), new NpgsqlParameter<byte[]>(), new NpgsqlParameter<long>(),
            },
        };
        await command.PrepareAsync();
        return new OneRowWriter(command);
    }

    public async Task Write(Grain grain)
    {
        var expected = grain.Stored!;
        Set(0, grain.Key.Kind);
        Set(1, grain.Key.Id);
        Set(2, expected);
        Set(3, grain.Change());
        Set(4, grain.State);
        Set(5, 1L);
        if (await _command.ExecuteNonQueryAsync() != 1)
            throw new InvalidOperationException($"{grain.Key}: a write of the benchmark did not meet {expected}.");
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();

    private void Set<T>(int index, T value) => ((NpgsqlParameter<T>)_command.Parameters[index]).TypedValue = value;
}
