using System.Runtime.InteropServices;

namespace StreamForge.Standalone.Commands;

/// <summary>Completes on Ctrl-C or on a request to terminate, which then do not end the process by themselves.</summary>
internal sealed class ShutdownSignal : IDisposable
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> _registrations = [];

    public ShutdownSignal(CancellationToken cancellation)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _asked.TrySetResult();
            }));
        _registrations.Add(cancellation.Register(() => _asked.TrySetResult()));
    }

    public Task Task => _asked.Task;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
