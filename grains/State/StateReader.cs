using System.Buffers.Binary;
using System.Text;

namespace StreamForge.Grains.State;

/// <summary>Reads what <see cref="StateWriter"/> wrote, in the same order.</summary>
/// <remarks>Every method throws <see cref="InvalidDataException"/> where the bytes are not such a value.</remarks>
public ref struct StateReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"{other} is no truth value."),
    };

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }

        throw new InvalidDataException("A number is longer than 64 bits.");
    }

    /// <summary>A count of things of at least one byte each: more than bytes are left cannot be.</summary>
    public int Count()
    {
        var value = Unsigned();
        if (value > (ulong)_rest.Length)
            throw new InvalidDataException($"A count of {value} in {_rest.Length} bytes.");
        return (int)value;
    }

    /// <summary>A number from 0 to <see cref="int.MaxValue"/> that counts nothing that follows.</summary>
    public int Number()
    {
        var value = Unsigned();
        if (value > int.MaxValue)
            throw new InvalidDataException($"{value} is out of range.");
        return (int)value;
    }

    public long Signed()
    {
        var raw = Unsigned();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    public long? OptionalSigned() => Bool() ? Signed() : null;

    public decimal Decimal()
    {
        var head = Byte();
        var scale = head & 0x3F;
        var low = Unsigned();
        var high = (head & 0x40) != 0 ? Unsigned() : 0;
        if (scale > 28 || high > uint.MaxValue)
            throw new InvalidDataException("Not a decimal.");
        return new decimal((int)low, (int)(low >> 32), (int)high, (head & 0x80) != 0, (byte)scale);
    }

    public DateTimeOffset Time()
    {
        var ticks = Signed();
        if (ticks < DateTimeOffset.MinValue.UtcTicks || ticks > DateTimeOffset.MaxValue.UtcTicks)
            throw new InvalidDataException($"{ticks} is no time.");
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    public DateTimeOffset? OptionalTime() => Bool() ? Time() : null;

    public Guid Guid() => new(Take(16));

    public uint Fixed() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public string? Text()
    {
        var length = Unsigned();
        if (length > (ulong)_rest.Length + 1)
            throw new InvalidDataException($"A text of {length} bytes in {_rest.Length}.");
        return length == 0 ? null : Encoding.UTF8.GetString(Take((int)length - 1));
    }

    /// <summary>A text that cannot be missing.</summary>
    public string RequiredText() => Text() ?? throw new InvalidDataException("A text is missing.");

    /// <summary>Nothing may be left: leftovers mean that writer and reader disagree.</summary>
    public readonly void End()
    {
        if (_rest.Length > 0)
            throw new InvalidDataException($"{_rest.Length} bytes are left over.");
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (bytes > _rest.Length)
            throw new InvalidDataException("The bytes end too early.");
        var taken = _rest[..bytes];
        _rest = _rest[bytes..];
        return taken;
    }
}
