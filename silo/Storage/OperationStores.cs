using Microsoft.Extensions.DependencyInjection;
using StreamForge.Grains.Integrity;
using StreamForge.Silo.Storage.Files;
using StreamForge.Silo.Storage.PostgreSql;

namespace StreamForge.Silo.Storage;

/// <summary>What operators' work is kept in.</summary>
public sealed record OperationStores(IPauseStore Pauses, IOperatorActionStore Actions, IDeadLetterIndex Letters)
{
    /// <summary>In the files of the partitions' rows.</summary>
    public static OperationStores OnFiles(IStateStore rows, TimeProvider time, IIdSource ids) => 
        new(new FilePauseStore(rows, ids), new FileOperatorActionStore(rows, ids), new FileDeadLetterIndex(rows, ids));

    /// <summary>In tables of their own.</summary>
    public static OperationStores OnPostgres(PostgresDatabase database) => 
        new(new PostgresPauseStore(database), new PostgresOperatorActionStore(database), new PostgresDeadLetterIndex(database));

    public void Register(IServiceCollection services)
    {
        services.AddSingleton(Pauses);
        services.AddSingleton(Actions);
        services.AddSingleton(Letters);
    }
}
