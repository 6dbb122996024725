using Microsoft.Extensions.Hosting;

namespace StreamForge.Hosting;

/// <summary>
/// A host that takes no signals: the command does, which knows the order and the deadline of the end. The usual one would begin
/// it with the callbacks of every open stream, one after the other.
/// </summary>
internal sealed class SignalsElsewhere : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
