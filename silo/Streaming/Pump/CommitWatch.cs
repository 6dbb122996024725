using Microsoft.Extensions.Logging;

namespace StreamForge.Silo.Streaming.Pump;

/// <summary>
/// How the commits of a group go: one line when they begin to fail and one when they work again, not one for each partition and
/// checkpoint. Any thread.
/// </summary>
internal sealed class CommitWatch(string group, ILogger logger)
{
    private int _failing;

    public void Worked()
    {
        if (Volatile.Read(ref _failing) != 0 && Interlocked.Exchange(ref _failing, 0) != 0)
            Log.CommitsWork(logger, group);
    }

    public void Failed(TopicPartition partition, EventLogException error)
    {
        if (Interlocked.Exchange(ref _failing, 1) == 0)
            Log.CommitsFail(logger, group, partition, error.Message);
    }
}
