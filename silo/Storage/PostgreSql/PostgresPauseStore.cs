using Npgsql;
using StreamForge.Contracts.Integrity;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Pauses in PostgreSQL. Each call is one statement.</summary>
public sealed class PostgresPauseStore(PostgresDatabase database) : IPauseStore
{
    public ValueTask<bool> Pause(PausedPartition partition, CancellationToken cancellation) => Changes(
        """
        insert into streamforge.partition_pause (topic, partition, since, paused_by, reason) values ($1, $2, $3, $4, $5)
        on conflict (topic, partition) do nothing
        """,
        cancellation, partition.Topic, partition.Partition, partition.Pause.Since.UtcDateTime,
        StateText.Storable(partition.Pause.By), StateText.Storable(partition.Pause.Reason));

    public ValueTask<bool> Resume(string topic, int partition, CancellationToken cancellation) => Changes(
        "delete from streamforge.partition_pause where topic = $1 and partition = $2", cancellation, topic, partition);

    public ValueTask<IReadOnlyList<PausedPartition>> ListPaused(CancellationToken cancellation) => database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "select topic, partition, since, paused_by, reason from streamforge.partition_pause order by topic, partition", connection);
            await using var reader = await command.ExecuteReaderAsync(token);
            var rows = new List<PausedPartition>();
            while (await reader.ReadAsync(token))
                rows.Add(new PausedPartition(
                    reader.GetString(0), reader.GetInt32(1),
                    new PartitionPause(new DateTimeOffset(reader.GetDateTime(2)), reader.GetString(3), reader.GetString(4))));
            return (IReadOnlyList<PausedPartition>)rows;
        },
        cancellation);

    private ValueTask<bool> Changes(string sql, CancellationToken cancellation, params object[] values) => database.Run(
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var value in values)
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            return await command.ExecuteNonQueryAsync(token) > 0;
        },
        cancellation);
}
