namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>What PostgreSQL's <c>text</c> cannot hold is refused before it can spoil a batch.</summary>
internal static class StateText
{
    /// <exception cref="ArgumentException">A key is empty or too long, or a text holds NUL or half a surrogate pair.</exception>
    public static void Check(StateWrite write)
    {
        Length(write.Key.Kind, 64, "kind");
        Length(write.Key.Id, 512, "id");
        Check(write.Key.Kind, "kind");
        Check(write.Key.Id, "id");
        Check(write.ETag, "ETag");
        Check(write.ExpectedETag, "expected ETag");
        Check(write.Index.Scope, "scope");
        Check(write.Index.Status, "status");
    }

    /// <summary>The text without what cannot be kept: for what people read.</summary>
    public static string Storable(string text) =>
        text.Contains('\0', StringComparison.Ordinal) || text.Any(char.IsSurrogate)
            ? string.Concat(text.EnumerateRunes().Where(rune => rune.Value != 0))
            : text;

    private static void Length(string text, int most, string what)
    {
        if (text.Length < 1 || text.Length > most)
            throw new ArgumentException($"The {what} of a state row has from 1 to {most} characters, not {text.Length}.", nameof(text));
    }

    private static void Check(string? text, string what)
    {
        if (text is null)
            return;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
                throw new ArgumentException($"The {what} of a state row holds a NUL character.", nameof(text));
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                throw new ArgumentException($"The {what} of a state row holds half a surrogate pair.", nameof(text));
            i++;
        }
    }
}
