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

    /// <summary>How many partitions an owner has taken over since.</summary>
    /// <param name="before">The rows as they were then: an owner that ended is named in its rows until somebody takes them over.</param>
    public async Task<int> Taken(string owner, IReadOnlyList<PartitionRowSeen> before)
    {
        var epochs = before.ToDictionary(row => row.Key, row => row.Epoch);
        return (await Read()).Count(row => row.Owner == owner && row.Epoch > epochs.GetValueOrDefault(row.Key));
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();
}
