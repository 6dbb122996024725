// The client's blocking calls run on threads of their own, outside any scheduler of turns: this adapter never runs simulated.
#pragma warning disable RS0030
namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>Where the client's blocking calls run.</summary>
internal static class Blocking
{
    /// <summary>Runs a rare blocking call on a thread of its own.</summary>
    public static Task<T> Call<T>(Func<T> call) => Task.Factory.StartNew(
        call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <summary>Starts a thread that lives as long as its client.</summary>
    public static Thread Start(string name, ThreadStart body)
    {
        var thread = new Thread(body) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
