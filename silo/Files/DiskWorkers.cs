#pragma warning disable RS0030 // Threads of its own are what this class is for.
using System.Threading.Channels;

namespace StreamForge.Silo.Files;

/// <summary>A few threads that wait for the disk in place of the callers.</summary>
internal sealed class DiskWorkers : IDisposable
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>();
    private readonly Thread[] _threads;

    public DiskWorkers(int count)
    {
        _threads = new Thread[count];
        for (var i = 0; i < count; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = "disk-" + i };
            _threads[i].Start();
        }
    }

    /// <summary>Runs it on a worker; what it throws reaches the awaiter.</summary>
    /// <exception cref="IOException">The disk failed, or the system does not allow it.</exception>
    /// <exception cref="ObjectDisposedException">The workers have ended.</exception>
    public Task<T> Run<T>(Func<T> action)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = _work.Writer.TryWrite(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (UnauthorizedAccessException e)
            {
                // To those who write it is one more way in which a disk fails; its own type is not even an I/O error.
                done.SetException(new IOException(e.Message, e));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        ObjectDisposedException.ThrowIf(!queued, this);
        return done.Task;
    }

    /// <summary>Ends when all that was handed in is done.</summary>
    public void Dispose()
    {
        _work.Writer.TryComplete();
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Work()
    {
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            while (_work.Reader.TryRead(out var action))
                action();
    }
}
