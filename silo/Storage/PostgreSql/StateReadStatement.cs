using Npgsql;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage.Patches;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Reads a state: its payload, and the patches since, put together and proven by its digest.</summary>
internal static class StateReadStatement
{
    // One statement, so one snapshot: the row and its patches belong together.
    private const string Sql =
        """
        select s.schema_version, s.etag, s.base, s.patches, s.digest,
            case when s.patches > 0 then array(
                select p.patch from streamforge.state_patch p
                where p.kind = s.kind and p.id = s.id and p.number between 1 and s.patches order by p.number) end
        from streamforge.state s where s.kind = $1 and s.id = $2
        """;

    /// <exception cref="UnreadableStateException">What is stored is damaged.</exception>
    public static async Task<StateRow?> Execute(NpgsqlConnection connection, StateKey key, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql, connection)
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = key.Kind }, new NpgsqlParameter<string> { TypedValue = key.Id } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return null;
        var patches = reader.GetInt32(3) > 0 ? reader.GetFieldValue<byte[][]>(5) : [];
        if (patches.Length != reader.GetInt32(3))
            throw new UnreadableStateException($"{key} is damaged: it has {patches.Length} of its {reader.GetInt32(3)} patches.");
        var state = PutTogether(key, reader.GetFieldValue<byte[]>(2), patches);
        if (!reader.IsDBNull(4) && (int)Crc32C.Of(state) != reader.GetInt32(4))
            throw new UnreadableStateException($"{key} is damaged: its checksum is wrong.");
        return new StateRow(key, reader.GetInt32(0), state, reader.GetString(1));
    }

    private static byte[] PutTogether(StateKey key, byte[] state, byte[][] patches)
    {
        try
        {
            foreach (var patch in patches)
                state = StatePatch.Apply(state, patch);
            return state;
        }
        catch (InvalidDataException error)
        {
            throw new UnreadableStateException($"{key} is damaged: {error.Message}", error);
        }
    }
}
