using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamForge.Silo.Storage.Patches;

/// <summary>
/// What makes one version of a state out of the one before: runs of bytes that are new, and runs that are copied. Knows nothing of what
/// the bytes mean. Greedy matching over a hash of blocks, as in rsync and xdelta (MacDonald, "File system support for delta
/// compression", 2000), with one shortcut: where something was changed in place, the copy goes on right after it.
/// </summary>
/// <remarks>
/// All numbers are LEB128 varints: length of the new state; then, until that is reached, the length of a run of new bytes, these bytes,
/// the length of a run to copy, and, unless that is 0, where it begins in the old state, zigzag, counted from where the last one
/// ended plus the new bytes between.
/// </remarks>
public static class StatePatch
{
    /// <summary>Shorter runs are not worth a copy.</summary>
    private const int ShortestCopy = sizeof(ulong);

    /// <summary>Every run of the old state that is as long as two blocks is found, wherever it went.</summary>
    private const int Block = 8;

    private const int SmallestIndex = 1 << 10;
    private const int LargestIndex = 1 << 20;

    /// <summary>Longer states are not patched, bytes.</summary>
    private const int Longest = 1 << 28;

    /// <summary>How far a change in place is followed before the index is asked.</summary>
    private const int Nearby = 16;

    /// <summary>How far, before the index is even made; and so many equal bytes show that it was in place.</summary>
    private const int FarButInPlace = 256, SurelyInPlace = 32;

    /// <returns>The patch; null where it would have more than <paramref name="limit"/> bytes.</returns>
    public static byte[]? Make(ReadOnlySpan<byte> old, ReadOnlySpan<byte> next, int limit)
    {
        if (next.Length > Longest)
            return null;
        var slots = Slots(old.Length);
        var index = ArrayPool<int>.Shared.Rent(slots);
        try
        {
            return Make(old, next, limit, index.AsSpan(0, slots));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(index);
        }
    }

    private static byte[]? Make(ReadOnlySpan<byte> old, ReadOnlySpan<byte> next, int limit, Span<int> index)
    {
        var output = new PatchWriter(limit);
        output.Number((ulong)next.Length);
        int at = 0, from = 0, literal = 0;
        var isIndexed = false;
        while (at < next.Length)
        {
            var length = from < old.Length ? next[at..].CommonPrefixLength(old[from..]) : 0;
            if (length < ShortestCopy && length < next.Length - at)
            {
                length = isIndexed ? 0 : GoOn(old, next, ref at, ref from);
                if (length == 0)
                {
                    if (!isIndexed)
                        Fill(index, old);
                    isIndexed = true;
                    length = Find(old, next, limit, index, ref at, ref from);
                }
            }

            if (!output.Run(next[literal..at], length, from))
                return null;
            at += length;
            from += length;
            literal = at;
        }

        return output.ToArray();
    }

    /// <exception cref="InvalidDataException">It is not a patch of this state.</exception>
    public static byte[] Apply(ReadOnlySpan<byte> old, ReadOnlySpan<byte> patch)
    {
        var input = new PatchReader(patch);
        var next = new byte[input.Length(Longest)];
        int at = 0, from = 0;
        while (at < next.Length)
        {
            var fresh = input.Bytes(input.Length(next.Length - at));
            fresh.CopyTo(next.AsSpan(at));
            at += fresh.Length;
            var length = input.Length(next.Length - at);
            if (length > 0)
            {
                var start = from + fresh.Length + input.Signed();
                if (start < 0 || start > old.Length - length)
                    throw new InvalidDataException("A patch copies what is not there.");
                old.Slice((int)start, length).CopyTo(next.AsSpan(at));
                from = (int)start + length;
                at += length;
            }
            else if (fresh.IsEmpty)
            {
                throw new InvalidDataException("A patch goes no further.");
            }
        }

        input.End();
        return next;
    }

    /// <summary>Goes on in both states, side by side, to where they are equal again.</summary>
    /// <returns>Length of the run; 0 where there is none soon: then nothing is moved.</returns>
    private static int GoOn(ReadOnlySpan<byte> old, ReadOnlySpan<byte> next, ref int at, ref int from)
    {
        var last = Math.Min(FarButInPlace, Math.Min(next.Length - at, old.Length - from) - SurelyInPlace);
        for (var step = 1; step <= last; step++)
        {
            if (Word(next, at + step) != Word(old, from + step))
                continue;
            var length = next[(at + step)..].CommonPrefixLength(old[(from + step)..]);
            if (length < SurelyInPlace)
                continue;
            at += step;
            from += step;
            return length;
        }

        return 0;
    }

    /// <summary>Goes on in the new state to the next run that the old one has.</summary>
    /// <param name="limit">So many new bytes end the search: the patch is too long then.</param>
    /// <param name="from">What in the old state would stand at <paramref name="at"/>, were nothing moved; then, where the run begins.</param>
    /// <returns>Length of the run; 0 at the end of the new state.</returns>
    private static int Find(
        ReadOnlySpan<byte> old, ReadOnlySpan<byte> next, int limit, ReadOnlySpan<int> index, ref int at, ref int from)
    {
        var literal = at;
        var last = Math.Min(next.Length - ShortestCopy, (long)literal + limit);
        for (; at <= last; at++)
        {
            var word = Word(next, at);
            var start = from + (at - literal);
            var isNear = at - literal <= Nearby && start <= old.Length - ShortestCopy && Word(old, start) == word;
            if (!isNear)
            {
                start = index[Slot(word, index.Length)];
                if (start > old.Length - ShortestCopy || Word(old, start) != word)
                    continue;
                // The block may stand in the middle of what both have.
                for (; at > literal && start > 0 && next[at - 1] == old[start - 1]; at--)
                    start--;
            }

            from = start;
            return next[at..].CommonPrefixLength(old[start..]);
        }

        at = next.Length;
        return 0;
    }

    private static int Slots(int length)
    {
        var slots = SmallestIndex;
        while (slots < length / (Block / 2) && slots < LargestIndex)
            slots *= 2;
        return slots;
    }

    private static void Fill(Span<int> index, ReadOnlySpan<byte> old)
    {
        index.Clear();
        for (var i = 0; i <= old.Length - ShortestCopy; i += Block)
            index[Slot(Word(old, i), index.Length)] = i;
    }

    /// <summary>By the high bits of a product with 2^64 divided by the golden ratio (Knuth, TAOCP 3, 6.4).</summary>
    private static int Slot(ulong word, int slots) =>
        (int)((word * 0x9E3779B97F4A7C15) >> (64 - BitOperations.Log2((uint)slots)));

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => MemoryMarshal.Read<ulong>(bytes[at..]);
}
