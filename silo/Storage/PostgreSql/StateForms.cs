using System.Runtime.InteropServices;
using StreamForge.Silo.Files;
using StreamForge.Silo.Storage.Patches;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>The form that a state is sent in: whole, or as a patch of the one before.</summary>
/// <param name="Content">What is sent.</param>
/// <param name="Number">Of the patch since the state was last sent whole, from 1; 0: whole.</param>
/// <param name="Digest">CRC-32C of the whole state.</param>
/// <param name="Previous">Digest of the state that is patched.</param>
/// <param name="PatchBytes">Of all patches since the state was last sent whole, this one included.</param>
internal readonly record struct StateForm(ReadOnlyMemory<byte> Content, int Number, int Digest, int Previous, int PatchBytes);

/// <summary>
/// Chooses the form of each write. Remembers the states that this process stored last, up to a bound; one whose ETag is what a write
/// expects is patched, as long as the patches since the last whole state have fewer bytes than the state itself: so what is sent is
/// at most twice the patches alone. What is not remembered is sent whole. Safe for threads.
/// </summary>
internal sealed class StateForms(long memory)
{
    // Smaller states are always whole: the row of a patch would cost what it saves.
    private const int Smallest = 4_096;

    // Reading applies them one after the other.
    private const int MostPatches = 100;

    // A patch that is larger does not pay; and this bounds how long one is looked for in vain.
    private const int LargestShare = 4;

    private readonly Lock _lock = new();
    private readonly Dictionary<StateKey, LinkedListNode<Known>> _known = [];
    private readonly LinkedList<Known> _oldestFirst = new();
    private long _held;

    /// <summary>How to send a write.</summary>
    public StateForm Choose(StateWrite write)
    {
        var state = write.Payload.Span;
        var digest = (int)Crc32C.Of(state);
        if (state.Length >= Smallest && Find(write) is { Form: var before, State: var old } && before.Number < MostPatches)
        {
            var most = Math.Min(state.Length / LargestShare, state.Length - before.PatchBytes);
            if (most > 0 && StatePatch.Make(old.Span, state, most) is { } patch)
                return new StateForm(patch, before.Number + 1, digest, before.Digest, before.PatchBytes + patch.Length);
        }

        return new StateForm(write.Payload, 0, digest, 0, 0);
    }

    /// <summary>A write was stored in this form.</summary>
    public void Stored(StateWrite write, StateForm form)
    {
        if (write.Payload.Length < Smallest || memory == 0)
            return;
        lock (_lock)
        {
            Remove(write.Key);
            var known = new Known(write.Key, write.ETag, write.Payload, form with { Content = default });
            _known.Add(write.Key, _oldestFirst.AddLast(known));
            _held += known.Held;
            while (_held > memory)
                Remove(_oldestFirst.First!.Value.Key);
        }
    }

    /// <summary>What is stored is not known any more.</summary>
    public void Forget(StateKey key)
    {
        lock (_lock)
            Remove(key);
    }

    private Known? Find(StateWrite write)
    {
        lock (_lock)
            return _known.TryGetValue(write.Key, out var node) && node.Value.ETag == write.ExpectedETag ? node.Value : null;
    }

    private void Remove(StateKey key)
    {
        if (!_known.Remove(key, out var node))
            return;
        _oldestFirst.Remove(node);
        _held -= node.Value.Held;
    }

    private sealed record Known(StateKey Key, string ETag, ReadOnlyMemory<byte> State, StateForm Form)
    {
        // The array behind the state may be longer than it.
        public long Held { get; } = MemoryMarshal.TryGetArray(State, out var segment) ? segment.Array!.Length : State.Length;
    }
}
