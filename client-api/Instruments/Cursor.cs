using System.Buffers.Text;
using System.Text;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Instruments;

/// <summary>The place in a list after one page: opaque to callers, so that its meaning may change.</summary>
internal static class Cursor
{
    /// <summary>A cursor is never longer: base64url of the longest name.</summary>
    public const int MaxLength = (InstrumentId.MaxVenue + 1 + InstrumentId.MaxSymbol) * 4 / 3 + 4;

    /// <summary>The longest cursor of texts of so many bytes.</summary>
    public static int MaxLengthOf(int bytes) => (bytes * 4 / 3) + 4;

    public static string Write(string after) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(after));

    /// <returns>False where the text is not a cursor of ours.</returns>
    public static bool TryRead(string cursor, out string after) => TryReadText(cursor, out after) && InstrumentId.IsValid(after);

    /// <summary>A cursor over names that only the service behind can judge.</summary>
    public static bool TryReadText(string cursor, out string after)
    {
        after = "";
        if (!Base64Url.IsValid(cursor))
            return false;
        after = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return true;
    }
}
