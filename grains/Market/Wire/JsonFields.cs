using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace StreamForge.Grains.Market.Wire;

/// <summary>
/// The fields of one JSON object, noted in one pass and read after it, so that their order does not matter and a field's type
/// is judged only once the kind of the object is known. The first error sticks; readers of later fields answer defaults.
/// </summary>
internal ref struct JsonFields
{
    public const int MaxFields = 24;

    private const long MaxMilliseconds = 253_402_300_799_999;

    private readonly ReadOnlySpan<byte> _json;
    private readonly FieldSet _set;
    private readonly string _path;
    private Slots _slots;
    private int _hint;

    /// <param name="json">The whole document that the reader goes over.</param>
    /// <param name="path">Where the object stands, for reasons: <c>$.data</c>.</param>
    public JsonFields(ReadOnlySpan<byte> json, FieldSet set, string path)
    {
        _json = json;
        _set = set;
        _path = path;
    }

    public readonly ReadOnlySpan<byte> Document => _json;

    /// <summary>What is wrong, with the path of the field; none so far.</summary>
    public string? Error { get; private set; }

    /// <summary>
    /// Moves to the value of the next field. False at the end of the object, or on an error.
    /// </summary>
    /// <param name="reader">On the start of the object, or on the end of the value before.</param>
    /// <param name="field">The field's index; -1 for one that is not of the set.</param>
    public bool Next(ref Utf8JsonReader reader, out int field)
    {
        field = -1;
        if (Error is not null || !reader.Read() || reader.TokenType == JsonTokenType.EndObject)
            return false;
        field = reader.ValueIsEscaped ? IndexOfEscaped(ref reader) : _set.IndexOf(reader.ValueSpan, _hint);
        reader.Read();
        if (field < 0)
            return true;
        _hint = field + 1;
        ref var slot = ref _slots[field];
        if (slot.Type != JsonTokenType.None)
        {
            Fail(field, "is given twice");
            return false;
        }
        slot.Type = reader.TokenType;
        return true;
    }

    /// <summary>Notes a scalar for later; moves over an array or object, and over a field that is not of the set.</summary>
    public void Keep(ref Utf8JsonReader reader, int field)
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        if (field < 0)
            return;
        ref var slot = ref _slots[field];
        slot.Start = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
        slot.Length = reader.ValueSpan.Length;
        slot.Escaped = reader.TokenType == JsonTokenType.String && reader.ValueIsEscaped;
    }

    /// <summary>Whether the field is there and not null.</summary>
    public readonly bool Has(int field) => _slots[field].Type is not (JsonTokenType.None or JsonTokenType.Null);

    public readonly JsonTokenType TypeOf(int field) => _slots[field].Type;

    /// <summary>A whole number, not negative.</summary>
    public long Long(int field)
    {
        if (!Require(field, JsonTokenType.Number, "a whole number"))
            return 0;
        var text = Raw(field);
        if (Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length && value >= 0)
            return value;
        Fail(field, "is not a whole number from 0 to 2^63-1");
        return 0;
    }

    public long? OptionalLong(int field) => Has(field) ? Long(field) : null;

    public bool Bool(int field)
    {
        if (_slots[field].Type is JsonTokenType.True or JsonTokenType.False)
            return _slots[field].Type == JsonTokenType.True;
        Require(field, JsonTokenType.True, "true or false");
        return false;
    }

    public decimal Price(int field)
    {
        if (!Require(field, JsonTokenType.String, "a decimal in a string"))
            return 0;
        if (DecimalText.TryParse(Raw(field), out var value) && value is > 0 and <= MarketLimits.MaxPrice)
            return value;
        Fail(field, "is not a price");
        return 0;
    }

    public decimal Quantity(int field)
    {
        if (!Require(field, JsonTokenType.String, "a decimal in a string"))
            return 0;
        if (DecimalText.TryParse(Raw(field), out var value) && value <= MarketLimits.MaxQuantity)
            return value;
        Fail(field, "is not a quantity");
        return 0;
    }

    /// <summary>An ISO 8601 time with its offset, as UTC.</summary>
    public DateTimeOffset Instant(int field)
    {
        var text = Text(field);
        if (Error is not null)
            return default;
        if (text.Length <= 40 && Utf8Time.TryParse(text, out var value))
            return value;
        Fail(field, "is not an ISO 8601 time");
        return default;
    }

    /// <summary>Unix time in milliseconds, as a number.</summary>
    public DateTimeOffset Milliseconds(int field)
    {
        var value = Long(field);
        if (value <= MaxMilliseconds)
            return DateTimeOffset.FromUnixTimeMilliseconds(value);
        Fail(field, "is not a time in milliseconds");
        return default;
    }

    /// <summary>The bytes of a string, without escapes; empty where it is missing, with an error.</summary>
    public ReadOnlySpan<byte> Text(int field)
    {
        if (!Require(field, JsonTokenType.String, "a string"))
            return default;
        if (!_slots[field].Escaped)
            return Raw(field);
        var reader = new Utf8JsonReader(_json.Slice(_slots[field].Start - 1, _slots[field].Length + 2));
        reader.Read();
        var text = new byte[_slots[field].Length];
        return text.AsSpan(0, reader.CopyString(text));
    }

    /// <summary>Requires that the field was there as an array, read at sight.</summary>
    public void RequireArray(int field) => Require(field, JsonTokenType.StartArray, "an array");

    /// <summary>The bytes of a scalar as they stand in the document, without quotes.</summary>
    public readonly ReadOnlySpan<byte> Raw(int field) => _json.Slice(_slots[field].Start, _slots[field].Length);

    public void Fail(int field, string what) => Error ??= $"{_path}.{_set.Names[field]} {what}";

    /// <summary>Takes over what was found wrong inside a field's value, where something was.</summary>
    public void FailInside(int field, string? what)
    {
        if (what is not null)
            Error ??= $"{_path}.{_set.Names[field]}{what}";
    }

    private bool Require(int field, JsonTokenType type, string what)
    {
        if (_slots[field].Type == type)
            return true;
        Fail(field, _slots[field].Type == JsonTokenType.None ? "is missing" : $"is not {what}");
        return false;
    }

    private readonly int IndexOfEscaped(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > 256)
            return -1;
        Span<byte> name = stackalloc byte[256];
        return _set.IndexOf(name[..reader.CopyString(name)], _hint);
    }

    private struct Slot
    {
        public JsonTokenType Type;
        public bool Escaped;
        public int Start;
        public int Length;
    }

    [InlineArray(MaxFields)]
    private struct Slots
    {
        private Slot _first;
    }
}
