using System.Buffers;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using StreamForge.Grains.Integrity;
using StreamForge.Grains.State;

namespace StreamForge.Silo.Storage;

/// <summary>
/// Grain state in the state store, for states that write themselves (<see cref="IStoredState"/>). The bytes are taken before the first
/// wait, so a grain may go on changing its state while they are written.
/// </summary>
/// <remarks>
/// A write whose outcome stayed unknown is remembered with its activation's state: the same bytes go out again under the same ETag, and
/// before other bytes the store is asked whether the unknown write arrived. So an answer that got lost is not taken for a rival.
/// </remarks>
public sealed class CheckpointGrainStorage(
    IStateStore store, CheckpointStorageOptions options, TimeProvider time, IIdSource ids, ILogger<CheckpointGrainStorage> logger)
    : IGrainStorage
{
    private const int LargestScratch = 1 << 20;

    // Nobody knows how large a state is before it is written; so the buffer that grows is written over by the next one.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_scratch;

    private readonly ConditionalWeakTable<object, StateWrite> _unsettled = [];

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ReadStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="UnreadableStateException">It was written by a newer version of the platform, or is damaged.</exception>
    /// <exception cref="StateStoreException">The store does not answer.</exception>
    public async Task ReadStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = KeyOf(stateName, grainId);
        var row = await Try(key, () => store.Read(key, cancellationToken), cancellationToken);
        var state = NewState<T>(key);
        if (row is not null)
            Load((IStoredState)state!, row);
        _unsettled.Remove(grainState);
        grainState.State = state;
        grainState.ETag = row?.ETag!;
        grainState.RecordExists = row is not null;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        WriteStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <exception cref="InconsistentStateException">Somebody else wrote since it was read.</exception>
    /// <exception cref="StateStoreException">The store does not answer: the outcome is unknown.</exception>
    public async Task WriteStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var write = Serialize(KeyOf(stateName, grainId), grainState);
        if (_unsettled.TryGetValue(grainState, out var unsettled))
            write = await Settle(unsettled, write, cancellationToken);

        _unsettled.AddOrUpdate(grainState, write);
        var outcome = await Try(write.Key, () => store.Write(write, cancellationToken), cancellationToken);
        _unsettled.Remove(grainState);
        if (!outcome.Written)
        {
            StorageMeter.Conflict(stateName);
            throw Conflict(write.Key, write.ExpectedETag, outcome.StoredETag);
        }

        StorageMeter.Written(stateName, write.Payload.Length);
        grainState.ETag = write.ETag;
        grainState.RecordExists = true;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        ClearStateAsync(stateName, grainId, grainState, CancellationToken.None);

    /// <inheritdoc cref="WriteStateAsync{T}(string, GrainId, IGrainState{T}, CancellationToken)"/>
    public async Task ClearStateAsync<T>(
        string stateName, GrainId grainId, IGrainState<T> grainState, CancellationToken cancellationToken)
    {
        var key = KeyOf(stateName, grainId);
        var expected = grainState.ETag;
        if (_unsettled.TryGetValue(grainState, out var unsettled))
            expected = await Arrived(unsettled, cancellationToken) ? unsettled.ETag : unsettled.ExpectedETag;
        if (expected is not null)
        {
            var outcome = await Try(key, () => store.Delete(key, expected, cancellationToken), cancellationToken);
            if (!outcome.Written)
                throw Conflict(key, expected, outcome.StoredETag);
        }

        _unsettled.Remove(grainState);
        grainState.State = NewState<T>(key);
        grainState.ETag = null!;
        grainState.RecordExists = false;
    }

    private StateWrite Serialize<T>(StateKey key, IGrainState<T> grainState)
    {
        var state = Stored(key, grainState.State);
        var bytes = t_scratch ??= new ArrayBufferWriter<byte>(16 << 10);
        bytes.ResetWrittenCount();
        state.Write(bytes);
        var payload = bytes.WrittenSpan.ToArray();
        if (bytes.Capacity > LargestScratch)
            t_scratch = null;
        return new StateWrite
        {
            Key = key,
            SchemaVersion = state.SchemaVersion,
            Payload = payload,
            ExpectedETag = grainState.ETag,
            ETag = ids.NewId(),
            Index = state.Index,
        };
    }

    /// <summary>Makes of a write the one that goes on from an earlier one of unknown outcome.</summary>
    private async ValueTask<StateWrite> Settle(StateWrite unsettled, StateWrite write, CancellationToken cancellation)
    {
        var isSame = unsettled.Index == write.Index && unsettled.SchemaVersion == write.SchemaVersion
            && unsettled.Payload.Span.SequenceEqual(write.Payload.Span);
        if (isSame)
            return unsettled;
        // One that did not arrive was itself to follow another of unknown outcome, perhaps: what that one turned out to be is known by it alone.
        return write with { ExpectedETag = await Arrived(unsettled, cancellation) ? unsettled.ETag : unsettled.ExpectedETag };
    }

    private async ValueTask<bool> Arrived(StateWrite unsettled, CancellationToken cancellation)
    {
        var (kind, id) = unsettled.Key;
        return await Try(unsettled.Key, () => store.CurrentETag(kind, id, cancellation), cancellation) == unsettled.ETag;
    }

    private async ValueTask<TResult> Try<TResult>(
        StateKey key, Func<ValueTask<TResult>> operation, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await operation();
            }
            catch (StateStoreException e) when (attempt < options.Attempts)
            {
                StorageMeter.Retry(key.Kind);
                CheckpointStorageMessages.Retrying(logger, e, key.Kind, key.Id, attempt, options.Attempts);
                await Task.Delay(options.Backoff * Math.Pow(2, attempt - 1) * (1 + ids.NextDouble()), time, cancellation);
            }
        }
    }

    private static void Load(IStoredState state, StateRow row)
    {
        if (row.SchemaVersion > state.SchemaVersion)
        {
            throw new UnreadableStateException(
                $"{row.Key} was written under schema {row.SchemaVersion}, but this version of the platform knows {state.SchemaVersion} "
                + "at most: it is left as it is. Run the version that wrote it, or a newer one.");
        }

        try
        {
            state.Read(row.Payload.Span, row.SchemaVersion);
        }
        catch (InvalidDataException e)
        {
            throw new UnreadableStateException($"{row.Key} cannot be read and is left as it is: {e.Message}", e);
        }
    }

    private static StateKey KeyOf(string stateName, GrainId grainId) => new(stateName, grainId.Key.ToString()!);

    private static T NewState<T>(StateKey key)
    {
        var state = Activator.CreateInstance<T>();
        Stored(key, state);
        return state;
    }

    private static IStoredState Stored<T>(StateKey key, T state) => state as IStoredState
        ?? throw new InvalidOperationException($"{typeof(T)}, the state of {key}, does not implement {nameof(IStoredState)}.");

    private static InconsistentStateException Conflict(StateKey key, string? expected, string? stored) =>
        new($"{key} was written by somebody else: the memory of this activation is void.", stored ?? "none", expected ?? "none");
}
