namespace StreamForge.Silo.Files;

/// <summary>The bytes of a file of the simulated disk, and how many of them are durable. Not safe for threads.</summary>
internal sealed class SimulatedFile
{
    private byte[] _bytes = new byte[256];
    private int _synced;

    public int Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + bytes.Length));
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Sync() => _synced = Length;

    public void Truncate(long length)
    {
        Length = (int)Math.Min(length, Length);
        _synced = Math.Min(_synced, Length);
    }

    public int Read(long position, Span<byte> buffer)
    {
        if (position >= Length)
            return 0;
        var read = (int)Math.Min(buffer.Length, Length - position);
        _bytes.AsSpan((int)position, read).CopyTo(buffer);
        return read;
    }

    /// <summary>A file of the durable bytes only.</summary>
    public SimulatedFile Durable()
    {
        var copy = new SimulatedFile();
        copy.Replace(_bytes.AsSpan(0, _synced));
        return copy;
    }

    public byte[] ToArray() => _bytes.AsSpan(0, Length).ToArray();

    public void Replace(ReadOnlySpan<byte> bytes)
    {
        (Length, _synced) = (0, 0);
        Append(bytes);
        Sync();
    }

    /// <summary>Keeps a random prefix of what is not durable; whole sectors of it, as far as they are not durable, may be zero.</summary>
    public void Tear(Random random, int sector)
    {
        Length = random.Next(_synced, Length + 1);
        for (var at = _synced; at < Length;)
        {
            var next = Math.Min(((at / sector) + 1) * sector, Length);
            if (random.Next(8) == 0)
                _bytes.AsSpan(at, next - at).Clear();
            at = next;
        }

        Sync();
    }
}
