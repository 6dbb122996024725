using Npgsql;

namespace StreamForge.Drills.Rigs;

/// <summary>A partition of a group, as its row in the database says.</summary>
internal sealed record PartitionRowSeen(string Group, string Topic, int Partition, long Epoch, long LowWater, string Owner)
{
    public (string, string, int) Key => (Group, Topic, Partition);
}

/// <summary>Reads the rows of partitions beside the platform, by SQL of its own.</summary>
internal sealed class PartitionRows : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;

    public PartitionRows(string connection) => _database = NpgsqlDataSource.Create(connection);

    /// <summary>The database was another one: connections to it are gone.</summary>
    public void Forget() => _database.Clear();

    public async Task<IReadOnlyList<PartitionRowSeen>> Read()
    {
        await using var command = _database.CreateCommand(
            "select consumer_group, topic, partition, epoch, low_water, owner from streamforge.partition_progress order by 1, 2, 3");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<PartitionRowSeen>();
        while (await reader.ReadAsync())
            rows.Add(new PartitionRowSeen(
                reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetString(5)));
        return rows;
    }

    /// <summary>
    /// Parks a key where its partition stands, as a pump does whose grain throws, under an epoch of its own: who reads it is fenced, takes it over
    /// again, and heeds what is parked.
    /// </summary>
    /// <param name="key">The record's key.</param>
    public async Task Park(PartitionRowSeen row, string key)
    {
        await using var command = _database.CreateCommand(
            """
            with taken as (
                update streamforge.partition_progress set epoch = epoch + 1
                where consumer_group = $1 and topic = $2 and partition = $3
                returning consumer_group, topic, log_id, partition, low_water)
            insert into streamforge.parked_key (consumer_group, topic, log_id, partition, record_key, from_offset, reason, parked_at)
            select consumer_group, topic, log_id, partition, convert_to($4, 'UTF8'), low_water, 'a drill', now() from taken
            """);
        foreach (var value in (object[])[row.Group, row.Topic, row.Partition, key])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>How many partitions an owner has taken over since.</summary>
    /// <param name="before">The rows as they were then: an owner that ended is named in its rows until somebody takes them over.</param>
    public async Task<int> Taken(string owner, IReadOnlyList<PartitionRowSeen> before)
    {
        var epochs = before.ToDictionary(row => row.Key, row => row.Epoch);
        return (await Read()).Count(row => row.Owner == owner && row.Epoch > epochs.GetValueOrDefault(row.Key));
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
