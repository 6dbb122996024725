#pragma warning disable RS0030 // Threads of its own are what this class is for.
namespace StreamForge.Silo.Files;

/// <summary>A few threads that wait for the disk in place of the callers.</summary>
internal sealed class DiskWorkers : IDisposable
{
    // A monitor, not a channel: each piece of work wakes one thread, and who waits does not spin. A channel wakes all who wait for it.
    private readonly object _lock = new();
    private readonly Queue<Action> _work = [];
    private readonly Thread[] _threads;
    private bool _ending;

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
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_ending, this);
            _work.Enqueue(() =>
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
            Monitor.Pulse(_lock);
        }

        return done.Task;
    }

    /// <summary>Ends when all that was handed in is done.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ending = true;
            Monitor.PulseAll(_lock);
        }

        foreach (var thread in _threads)
            thread.Join();
    }

    private void Work()
    {
        while (TryNext(out var action))
            action();
    }

    private bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Action? action)
    {
        lock (_lock)
        {
            while (!_work.TryDequeue(out action))
            {
                if (_ending)
                    return false;
                Monitor.Wait(_lock);
            }

            return true;
        }
    }
}
