using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Silo.Storage;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>Tells a grain's own failure from that of the ground it stands on.</summary>
internal static class IngestFailure
{
    /// <summary>
    /// True for storage, time-outs, directory and membership: retried for as long as they last. Anything else is the grain's
    /// own exception and uses up attempts.
    /// </summary>
    public static bool IsTransient(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
            if (e is TimeoutException or OrleansException or InconsistentStateException or StateStoreException
                or EventLogException or IOException or OperationCanceledException)
                return true;
        return false;
    }
}
