using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Core;
using Orleans.Runtime;
using Orleans.Storage;

namespace StreamForge.Embedded.Activations;

/// <summary>
/// A grain's state and its way to storage. As in Orleans 10 the operations of one state run one after another, each begins in a
/// turn of its own, and a write asked for while another has not yet begun is that write: so what is written is what the state
/// holds when the storage is reached, never what it held when the grain asked.
/// </summary>
internal sealed class PersistentState<TState>(PersistentStateAttribute name, Activation activation) : IPersistentState<TState>
{
    private const string DefaultStorage = "Default";

    private readonly IGrainStorage _storage =
        activation.ActivationServices.GetRequiredKeyedService<IGrainStorage>(name.StorageName ?? DefaultStorage);

    private readonly GrainState<TState> _state = new(NewState());
    private Task _last = Task.CompletedTask;
    private Task? _unstartedWrite;

    public TState State
    {
        get => _state.State;
        set => _state.State = value;
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => Queue(s => _storage.ReadStateAsync(name.StateName, activation.GrainId, s));

    public Task ReadStateAsync(CancellationToken cancellationToken) =>
        Queue(s => _storage.ReadStateAsync(name.StateName, activation.GrainId, s, cancellationToken));

    public Task ClearStateAsync() => Queue(s => _storage.ClearStateAsync(name.StateName, activation.GrainId, s));

    public Task ClearStateAsync(CancellationToken cancellationToken) =>
        Queue(s => _storage.ClearStateAsync(name.StateName, activation.GrainId, s, cancellationToken));

    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);

    public Task WriteStateAsync(CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled && _unstartedWrite is { } same && _last == same)
            return same;
        var write = Queue(s => _storage.WriteStateAsync(name.StateName, activation.GrainId, s, cancellationToken));
        _unstartedWrite = cancellationToken.CanBeCanceled ? null : write;
        return write;
    }

    private Task Queue(Func<GrainState<TState>, Task> operation) => _last = Run(operation, _last);

    private async Task Run(Func<GrainState<TState>, Task> operation, Task predecessor)
    {
        await Task.Yield();
        await ((Task)predecessor).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Current);
        _unstartedWrite = null;
        try
        {
            await operation(_state);
        }
        catch (Exception e) when (e is not (OrleansException or OperationCanceledException))
        {
            throw new OrleansException(
                $"Error from storage {_storage.GetType()} with state {name.StateName} of {activation.GrainId}: {e.Message}", e);
        }
    }

    private static TState NewState() =>
        typeof(TState).IsValueType || typeof(TState).GetConstructor([]) is null
            ? typeof(TState).IsValueType || typeof(TState) == typeof(string)
                ? default!
                : (TState)RuntimeHelpers.GetUninitializedObject(typeof(TState))
            : Activator.CreateInstance<TState>();
}
