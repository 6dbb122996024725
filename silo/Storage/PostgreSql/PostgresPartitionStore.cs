using System.Text;
using Npgsql;
using NpgsqlTypes;
using StreamForge.Contracts.Streams;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Epochs, low-water marks and parked keys in PostgreSQL. Each call is one statement, conditional on the epoch.</summary>
public sealed class PostgresPartitionStore(PostgresDatabase database) : IPartitionStore
{
    private const string Of = "consumer_group = $1 and topic = $2 and log_id = $3 and partition = $4";

    // The share lock keeps the epoch from moving before the statement's own change is committed.
    private const string Holder = $"select 1 from streamforge.partition_progress where {Of} and epoch = $5 for share";

    public ValueTask<PartitionRow> Acquire(PartitionKey key, string owner, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = Command(
                connection,
                """
                insert into streamforge.partition_progress as p
                    (consumer_group, topic, log_id, partition, epoch, low_water, owner, updated_at)
                values ($1, $2, $3, $4, 1, 0, $5, $6)
                on conflict (consumer_group, topic, log_id, partition)
                    do update set epoch = p.epoch + 1, owner = excluded.owner, updated_at = excluded.updated_at
                returning epoch, low_water, owner, updated_at, loss_from, loss_to, loss_at
                """,
                key, owner, database.Time.GetUtcNow().UtcDateTime);
            await using var reader = await command.ExecuteReaderAsync(token);
            await reader.ReadAsync(token);
            return Row(key, reader, 0);
        },
        cancellation);

    public ValueTask<AdvanceOutcome> Advance(PartitionKey key, long epoch, long known, long lowWater, CancellationToken cancellation) =>
        database.Run(
            async (connection, token) =>
            {
                await using var advance = Command(
                    connection,
                    $"update streamforge.partition_progress set low_water = $6, updated_at = $7 where {Of} and epoch = $5 and low_water >= $8",
                    key, epoch, lowWater, database.Time.GetUtcNow().UtcDateTime, known);
                return await advance.ExecuteNonQueryAsync(token) > 0
                    ? AdvanceOutcome.Stored
                    : AdvanceRule.Decide(await Find(connection, key, token), epoch, known) is not AdvanceOutcome.Stored and var why
                        ? why
                        : throw new StateStoreException($"PostgreSQL: the row of {key.Topic}/{key.Partition} changed meanwhile.");
            },
            cancellation);

    private static async Task<PartitionRow?> Find(NpgsqlConnection connection, PartitionKey key, CancellationToken cancellation)
    {
        await using var command = Command(
            connection,
            $"select epoch, low_water, owner, updated_at, loss_from, loss_to, loss_at from streamforge.partition_progress where {Of}", key);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Row(key, reader, 0) : null;
    }

    public ValueTask<bool> NoteLoss(PartitionKey key, long epoch, PartitionLoss? loss, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = Command(
                connection,
                $"update streamforge.partition_progress set loss_from = $6, loss_to = $7, loss_at = $8, updated_at = $9 where {Of} and epoch = $5",
                key, epoch);
            command.Parameters.Add(Nullable(NpgsqlDbType.Bigint, loss?.From));
            command.Parameters.Add(Nullable(NpgsqlDbType.Bigint, loss?.To));
            command.Parameters.Add(Nullable(NpgsqlDbType.TimestampTz, loss?.At.UtcDateTime));
            command.Parameters.Add(new NpgsqlParameter { Value = database.Time.GetUtcNow().UtcDateTime });
            return await command.ExecuteNonQueryAsync(token) > 0;
        },
        cancellation);

    public ValueTask<IReadOnlyList<PartitionRow>> List(string group, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                """
                select topic, log_id, partition, epoch, low_water, owner, updated_at, loss_from, loss_to, loss_at
                from streamforge.partition_progress where consumer_group = $1 order by topic, log_id, partition
                """,
                connection) { Parameters = { new() { Value = group } } };
            await using var reader = await command.ExecuteReaderAsync(token);
            var rows = new List<PartitionRow>();
            while (await reader.ReadAsync(token))
                rows.Add(Row(new PartitionKey(group, reader.GetString(0), reader.GetGuid(1), reader.GetInt32(2)), reader, 3));
            return (IReadOnlyList<PartitionRow>)rows;
        },
        cancellation);

    public ValueTask<bool> Park(PartitionKey key, long epoch, ParkedRow row, CancellationToken cancellation) => Changes(
        $"""
        with holder as materialized ({Holder})
        insert into streamforge.parked_key as p
            (consumer_group, topic, log_id, partition, record_key, from_offset, reason, parked_at)
        select $1, $2, $3, $4, $6, $7, $8, $9 from holder
        on conflict (consumer_group, topic, log_id, partition, record_key)
            do update set from_offset = least(p.from_offset, excluded.from_offset), reason = excluded.reason
        """,
        key, cancellation, epoch, Bytes(row.Key), row.FromOffset, row.Reason.Replace("\0", "", StringComparison.Ordinal),
        row.ParkedAt.UtcDateTime);

    public ValueTask<bool> Unpark(
        PartitionKey key, long epoch, string recordKey, long? fromOffset, CancellationToken cancellation)
    {
        // Counts the holder, not what changed: a row that is not there is unparked already.
        var change = fromOffset is null
            ? $"delete from streamforge.parked_key using holder where {Of} and record_key = $6"
            : $"update streamforge.parked_key set from_offset = greatest(from_offset, $7) from holder where {Of} and record_key = $6";
        return database.Run(
            async (connection, token) =>
            {
                await using var command = Command(
                    connection, $"with holder as materialized ({Holder}), changed as ({change}) select count(*) from holder",
                    key, epoch, Bytes(recordKey));
                if (fromOffset is { } offset)
                    command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = offset });
                return (long)(await command.ExecuteScalarAsync(token))! > 0;
            },
            cancellation);
    }

    public ValueTask<IReadOnlyList<ParkedRow>> ListParked(PartitionKey key, CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = Command(
                connection,
                $"select record_key, from_offset, reason, parked_at from streamforge.parked_key where {Of} order by record_key", key);
            await using var reader = await command.ExecuteReaderAsync(token);
            var rows = new List<ParkedRow>();
            while (await reader.ReadAsync(token))
                rows.Add(Parked(reader));
            return (IReadOnlyList<ParkedRow>)rows;
        },
        cancellation);

    public ValueTask<IReadOnlyList<(PartitionKey Partition, ParkedRow Row)>> ListParkedOf(string group, CancellationToken cancellation) =>
        database.Run(
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    select record_key, from_offset, reason, parked_at, topic, log_id, partition
                    from streamforge.parked_key where consumer_group = $1 order by topic, log_id, partition, record_key
                    """,
                    connection) { Parameters = { new() { Value = group } } };
                await using var reader = await command.ExecuteReaderAsync(token);
                var rows = new List<(PartitionKey Partition, ParkedRow Row)>();
                while (await reader.ReadAsync(token))
                    rows.Add((new PartitionKey(group, reader.GetString(4), reader.GetGuid(5), reader.GetInt32(6)), Parked(reader)));
                return (IReadOnlyList<(PartitionKey Partition, ParkedRow Row)>)rows;
            },
            cancellation);

    private ValueTask<bool> Changes(string sql, PartitionKey key, CancellationToken cancellation, params object[] values) => database.Run(
        async (connection, token) =>
        {
            await using var command = Command(connection, sql, key, values);
            return await command.ExecuteNonQueryAsync(token) > 0;
        },
        cancellation);

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, PartitionKey key, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection)
        {
            Parameters =
            {
                new() { Value = key.Group }, new() { Value = key.Topic }, new() { Value = key.LogId }, new() { Value = key.Partition },
            },
        };
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private static PartitionRow Row(PartitionKey key, NpgsqlDataReader reader, int at) => new(
        key, reader.GetInt64(at), reader.GetInt64(at + 1), reader.GetString(at + 2), new DateTimeOffset(reader.GetDateTime(at + 3)),
        reader.IsDBNull(at + 4)
            ? null
            : new PartitionLoss(reader.GetInt64(at + 4), reader.GetInt64(at + 5), new DateTimeOffset(reader.GetDateTime(at + 6))));

    private static ParkedRow Parked(NpgsqlDataReader reader) => new(
        Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)), reader.GetInt64(1), reader.GetString(2),
        new DateTimeOffset(reader.GetDateTime(3)));

    private static NpgsqlParameter Nullable(NpgsqlDbType type, object? value) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
