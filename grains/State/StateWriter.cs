using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StreamForge.Grains.State;

/// <summary>
/// Writes the compact binary form of grain state: LEB128 varints, zigzag for signed numbers, decimals with their scale. Read back by
/// <see cref="StateReader"/> in the same order.
/// </summary>
public sealed class StateWriter(IBufferWriter<byte> output)
{
    /// <summary>Bytes written so far.</summary>
    public long Written { get; private set; }

    public void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        Advance(1);
    }

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>A number that is never negative.</summary>
    public void Unsigned(ulong value)
    {
        var span = output.GetSpan(10);
        var n = 0;
        while (value >= 0x80)
        {
            span[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[n++] = (byte)value;
        Advance(n);
    }

    public void Count(int value) => Unsigned(checked((ulong)value));

    public void Signed(long value) => Unsigned((ulong)((value << 1) ^ (value >> 63)));

    public void Optional(long? value)
    {
        Bool(value.HasValue);
        if (value is { } v)
            Signed(v);
    }

    /// <summary>Value and scale: 1.50 stays 1.50.</summary>
    public void Decimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var high = (uint)bits[2];
        // Sign, "has a third word" and scale share a byte: nearly all decimals take two words at most.
        Byte((byte)(value.Scale | (decimal.IsNegative(value) ? 0x80 : 0) | (high != 0 ? 0x40 : 0)));
        Unsigned((uint)bits[0] | ((ulong)(uint)bits[1] << 32));
        if (high != 0)
            Unsigned(high);
    }

    /// <summary>UTC, to the tick.</summary>
    public void Time(DateTimeOffset value) => Signed(value.UtcTicks);

    public void Optional(DateTimeOffset? value)
    {
        Bool(value.HasValue);
        if (value is { } v)
            Time(v);
    }

    public void Guid(Guid value)
    {
        value.TryWriteBytes(output.GetSpan(16));
        Advance(16);
    }

    public void Fixed(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), value);
        Advance(4);
    }

    /// <summary>UTF-8 with its length; null is kept apart from empty.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Unsigned(0);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        Unsigned((ulong)length + 1);
        Encoding.UTF8.GetBytes(value, output.GetSpan(length));
        Advance(length);
    }

    private void Advance(int bytes)
    {
        output.Advance(bytes);
        Written += bytes;
    }
}
