using StreamForge.Contracts.Operations;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Streaming;

namespace StreamForge.Silo.Operations;

/// <summary>Calls of log and storage on behalf of a caller in another process.</summary>
internal static class StoreCalls
{
    /// <summary>Their failures as what a caller knows.</summary>
    /// <exception cref="StoreUnavailableException">Log or storage did not answer.</exception>
    public static async Task<T> Answers<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (error is StateStoreException or EventLogException)
        {
            throw new StoreUnavailableException(error.Message);
        }
    }
}
