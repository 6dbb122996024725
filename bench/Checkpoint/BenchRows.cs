using Npgsql;
using StreamForge.Grains.State;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;

namespace StreamForge.Bench.Checkpoint;

/// <summary>A row that is written over and over, under the condition of its ETag.</summary>
internal sealed class Grain(string kind, string id, byte[] payload)
{
    private int _version;

    public StateKey Key { get; } = new(kind, id);

    public byte[] Payload => payload;

    public string? Stored => _version == 0 ? null : $"v{_version}";

    /// <summary>Changes the state a little; the write that follows must succeed.</summary>
    public string Change()
    {
        payload[_version % payload.Length]++;
        return $"v{++_version}";
    }

    public async Task Write(PostgresStateStore store, CancellationToken cancellation)
    {
        var expected = Stored;
        var outcome = await store.Write(
            new StateWrite
            {
                Key = Key, SchemaVersion = 1, Payload = payload, ExpectedETag = expected, ETag = Change(),
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
            set etag = $4, schema_version = 1, payload = $5, scope = 'binance', status = 'live', sequence = $6, written_at = now()
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
        Set(4, grain.Payload);
        Set(5, 1L);
        if (await _command.ExecuteNonQueryAsync() != 1)
            throw new InvalidOperationException($"{grain.Key}: a write of the benchmark did not meet {expected}.");
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();

    private void Set<T>(int index, T value) => ((NpgsqlParameter<T>)_command.Parameters[index]).TypedValue = value;
}
