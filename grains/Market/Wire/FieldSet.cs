using System.Text;

namespace StreamForge.Grains.Market.Wire;

/// <summary>The field names that a kind of object is read for; a field is known by its index.</summary>
internal sealed class FieldSet
{
    private readonly byte[][] _names;
    private readonly sbyte[] _single = new sbyte[128];

    /// <param name="names">At most <see cref="JsonFields.MaxFields"/>, best in the order that they come in.</param>
    public FieldSet(params string[] names)
    {
        if (names.Length > JsonFields.MaxFields)
            throw new ArgumentException($"More than {JsonFields.MaxFields} names.", nameof(names));
        Names = names;
        _names = Array.ConvertAll(names, Encoding.UTF8.GetBytes);
        Array.Fill(_single, (sbyte)-1);
        for (var i = 0; i < names.Length; i++)
            if (names[i].Length == 1)
                _single[names[i][0]] = (sbyte)i;
    }

    public IReadOnlyList<string> Names { get; }

    /// <param name="name">The name as it stands in the document.</param>
    /// <param name="hint">The index that is likely: the one after the field before.</param>
    /// <returns>The index; -1 for a name that is not of the set.</returns>
    public int IndexOf(ReadOnlySpan<byte> name, int hint)
    {
        if (name.Length == 1)
            return name[0] < 128 ? _single[name[0]] : -1;
        if (hint < _names.Length && name.SequenceEqual(_names[hint]))
            return hint;
        for (var i = 0; i < _names.Length; i++)
            if (name.SequenceEqual(_names[i]))
                return i;
        return -1;
    }
}
