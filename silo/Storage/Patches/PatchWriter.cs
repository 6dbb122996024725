namespace StreamForge.Silo.Storage.Patches;

/// <summary>Writes a patch, up to a limit.</summary>
internal ref struct PatchWriter(int limit)
{
    private byte[] _bytes = new byte[Math.Min(limit, 256)];
    private int _length;
    private bool _isFull;
    private long _copied;

    /// <returns>Whether it is still within the limit.</returns>
    public bool Run(ReadOnlySpan<byte> fresh, int length, int from)
    {
        Number((ulong)fresh.Length);
        if (Take(fresh.Length))
            fresh.CopyTo(_bytes.AsSpan(_length - fresh.Length));
        Number((ulong)length);
        if (length > 0)
        {
            var moved = from - (_copied + fresh.Length);
            Number((ulong)((moved << 1) ^ (moved >> 63)));
            _copied = from + length;
        }

        return !_isFull;
    }

    public void Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public readonly byte[]? ToArray() => _isFull ? null : _bytes[.._length];

    private void Byte(byte value)
    {
        if (Take(1))
            _bytes[_length - 1] = value;
    }

    private bool Take(int bytes)
    {
        if (_isFull || bytes > limit - _length)
        {
            _isFull = true;
            return false;
        }

        _length += bytes;
        if (_length > _bytes.Length)
            Array.Resize(ref _bytes, (int)Math.Min(limit, Math.Max(_length, 2L * _bytes.Length)));
        return true;
    }
}

/// <summary>Reads what <see cref="PatchWriter"/> wrote.</summary>
/// <remarks>Every method throws <see cref="InvalidDataException"/> where the bytes are not such a value.</remarks>
internal ref struct PatchReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    public int Length(int most)
    {
        var value = Number();
        return value <= (ulong)most ? (int)value : throw new InvalidDataException("A length in a patch is too large.");
    }

    public long Signed()
    {
        var raw = Number();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    public ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _rest.Length)
            throw new InvalidDataException("A patch ends too early.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    public readonly void End()
    {
        if (!_rest.IsEmpty)
            throw new InvalidDataException("A patch has bytes left over.");
    }

    // 42 bits hold every length and place, and no sum of such overflows.
    private ulong Number()
    {
        ulong value = 0;
        for (var shift = 0; shift < 42; shift += 7)
        {
            var next = Bytes(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("A number in a patch is too long.");
    }
}
