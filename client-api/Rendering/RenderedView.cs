using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StreamForge.Contracts.Integrity;

namespace StreamForge.ClientApi.Rendering;

/// <summary>An answer as it goes over the wire, with the headers that do not change by the second. Immutable.</summary>
internal sealed class RenderedView
{
    private readonly int _contentLength;

    private RenderedView(byte[] body, int contentLength, string etag, long version, Freshness freshness)
    {
        Version = version;
        Body = body;
        _contentLength = contentLength;
        ETag = etag;
        Freshness = freshness;
        SequenceHeader = JsonText.Number(freshness.Sequence);
        FreshnessHeader = JsonText.Word(freshness.Status);
        LastModified = freshness.AppliedAt ?? freshness.ReceivedAt;
        LastModifiedHeader = LastModified?.ToString("R");
    }

    /// <summary>The JSON document.</summary>
    public byte[] Body { get; }

    /// <summary>A digest of the content, quoted: the same content has the same tag in every process and life.</summary>
    public string ETag { get; }

    /// <summary>The version of the view that this was rendered from.</summary>
    public long Version { get; }

    public Freshness Freshness { get; }

    public string SequenceHeader { get; }

    public string FreshnessHeader { get; }

    /// <summary>When the content changed last, as far as is known.</summary>
    public DateTimeOffset? LastModified { get; }

    /// <summary><see cref="LastModified"/> as an HTTP date.</summary>
    public string? LastModifiedHeader { get; }

    /// <summary>Renders a view; the bytes of <paramref name="sameContent"/>, where given, are used again.</summary>
    public static RenderedView Render<TView>(ViewShape<TView> shape, TView view, RenderedView? sameContent)
        where TView : class
    {
        var output = new ArrayBufferWriter<byte>(sameContent is null ? 1024 : sameContent.Body.Length + 256);
        if (sameContent is not null)
            output.Write(sameContent.Body.AsSpan(0, sameContent._contentLength));
        else
            WriteContent(output, shape, view);
        var contentLength = output.WrittenCount;
        var etag = sameContent?.ETag ?? TagOf(output.WrittenSpan);
        WriteAbout(output, shape, view);
        return new RenderedView(output.WrittenSpan.ToArray(), contentLength, etag, shape.Version(view), shape.Freshness(view));
    }

    /// <summary>The content without its closing brace.</summary>
    private static void WriteContent<TView>(ArrayBufferWriter<byte> output, ViewShape<TView> shape, TView view)
        where TView : class
    {
        using var json = new Utf8JsonWriter(output, JsonText.Options);
        json.WriteStartObject();
        shape.WriteContent(json, view);
    }

    /// <summary>Closes the object with what is said about the content.</summary>
    private static void WriteAbout<TView>(ArrayBufferWriter<byte> output, ViewShape<TView> shape, TView view)
        where TView : class
    {
        var about = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(about, JsonText.Options))
        {
            json.WriteStartObject();
            json.WriteFreshness("freshness"u8, shape.Freshness(view));
            shape.WriteExtra?.Invoke(json, view);
            if (shape.Provenance is { } provenance)
                json.WriteProvenance("provenance"u8, provenance(view));
            json.WriteEndObject();
        }
        output.Write(","u8);
        output.Write(about.WrittenSpan[1..]);
    }

    private static string TagOf(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return string.Create(24, hash[..16].ToArray(), static (text, digest) =>
        {
            text[0] = text[^1] = '"';
            Span<byte> encoded = stackalloc byte[22];
            Base64Url.EncodeToUtf8(digest, encoded);
            Encoding.ASCII.GetChars(encoded, text[1..^1]);
        });
    }
}
