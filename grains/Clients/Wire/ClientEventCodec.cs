using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using StreamForge.Contracts.Clients;

namespace StreamForge.Grains.Clients.Wire;

/// <summary>
/// The canonical form of events about clients: UTF-8 JSON as <c>docs/asyncapi.yaml</c> describes it. Amounts are strings with their
/// digits, times ISO 8601 in UTC, days <c>yyyy-MM-dd</c>.
/// </summary>
public static class ClientEventCodec
{
    private const string PostingsType = "postings";
    private const string RangeType = "posting-range";
    private const string DigestType = "digest";

    // Not validated: what is written is made here.
    private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    /// <summary>Writes one event.</summary>
    /// <exception cref="ArgumentException">An event of a type that has no canonical form.</exception>
    public static void Write(IBufferWriter<byte> output, ClientEvent item)
    {
        ArgumentNullException.ThrowIfNull(item);
        using var writer = new Utf8JsonWriter(output, Options);
        switch (item)
        {
            case RegisterChange change:
                JsonSerializer.Serialize(writer, DocumentOf(change), ClientJson.Default.ChangeDocument);
                break;
            case RegisterSnapshot snapshot:
                JsonSerializer.Serialize(writer, DocumentOf(snapshot), ClientJson.Default.SnapshotDocument);
                break;
            case RegisterDigest digest:
                JsonSerializer.Serialize(
                    writer,
                    new DigestDocument
                    {
                        Type = DigestType,
                        Client = digest.Client,
                        Register = RegisterWords.Of(digest.Register),
                        Sequence = digest.Sequence,
                        EventTime = digest.EventTime,
                    },
                    ClientJson.Default.DigestDocument);
                break;
            case PostingsBooked booked:
                JsonSerializer.Serialize(
                    writer,
                    new PostingsDocument
                    {
                        Type = PostingsType,
                        Client = booked.Client,
                        Account = booked.Account,
                        EventTime = booked.EventTime,
                        Postings = booked.Postings,
                    },
                    ClientJson.Default.PostingsDocument);
                break;
            case PostingRange range:
                JsonSerializer.Serialize(
                    writer,
                    new RangeDocument
                    {
                        Type = RangeType,
                        Client = range.Client,
                        Account = range.Account,
                        EventTime = range.EventTime,
                        FromNumber = range.FromNumber,
                        ToNumber = range.ToNumber,
                        ThroughNumber = range.ThroughNumber,
                        Postings = range.Postings,
                    },
                    ClientJson.Default.RangeDocument);
                break;
            default:
                throw new ArgumentException($"{item.GetType().Name} has no canonical form.", nameof(item));
        }
    }

    /// <summary>Reads one event. Never throws for what the bytes hold.</summary>
    /// <param name="receivedAt">When it was received, UTC.</param>
    /// <param name="reason">Why not, with the path of the field that is missing or malformed.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> json, DateTimeOffset receivedAt,
        [NotNullWhen(true)] out ClientEvent? item, [NotNullWhen(false)] out string? reason)
    {
        (item, reason) = (null, null);
        try
        {
            var type = JsonSerializer.Deserialize(json, ClientJson.Default.EventHead)?.Type;
            item = type switch
            {
                PostingsType => EventOf(Read(json, ClientJson.Default.PostingsDocument)),
                RangeType => EventOf(Read(json, ClientJson.Default.RangeDocument)),
                DigestType => EventOf(Read(json, ClientJson.Default.DigestDocument)),
                { } other when RegisterWords.Find(other) is { } register => EventOf(Read(json, ClientJson.Default.SnapshotDocument), register),
                { } other when RegisterWords.FindOne(other) is { } register => EventOf(Read(json, ClientJson.Default.ChangeDocument), register),
                _ => throw new JsonException("The type is not known.", "$.type", null, null),
            };
            item = item with { ReceivedAt = receivedAt };
            return true;
        }
        catch (JsonException e)
        {
            reason = e.Path is { Length: > 1 } path ? $"{path}: {e.Message}" : e.Message;
            return false;
        }
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(json, type) ?? throw new JsonException("It is null.");

    private static ChangeDocument DocumentOf(RegisterChange change) => new()
    {
        Type = RegisterWords.OneOf(change.Register),
        Client = change.Client,
        Sequence = change.Sequence,
        EventTime = change.EventTime,
        Removed = change.Removed,
        Account = change.Entry as Account,
        Order = change.Entry as StandingOrder,
        Loan = change.Entry as Loan,
        Card = change.Entry as Card,
        Limit = change.Entry as Limit,
        Authority = change.Entry as Authority,
        Party = change.Entry as Party,
    };

    private static SnapshotDocument DocumentOf(RegisterSnapshot snapshot) => new()
    {
        Type = RegisterWords.Of(snapshot.Register),
        Client = snapshot.Client,
        Sequence = snapshot.Sequence,
        EventTime = snapshot.EventTime,
        Accounts = EntriesOf<Account>(snapshot, Register.Accounts),
        Orders = EntriesOf<StandingOrder>(snapshot, Register.Orders),
        Loans = EntriesOf<Loan>(snapshot, Register.Loans),
        Cards = EntriesOf<Card>(snapshot, Register.Cards),
        Limits = EntriesOf<Limit>(snapshot, Register.Limits),
        Authorities = EntriesOf<Authority>(snapshot, Register.Authorities),
        Parties = EntriesOf<Party>(snapshot, Register.Parties),
    };

    private static ImmutableArray<T>? EntriesOf<T>(RegisterSnapshot snapshot, Register register)
        where T : RegisterEntry => snapshot.Register == register ? [.. snapshot.Entries.Cast<T>()] : null;

    private static RegisterChange EventOf(ChangeDocument document, Register register) => new()
    {
        Client = document.Client,
        EventTime = document.EventTime,
        Register = register,
        Sequence = document.Sequence,
        Removed = document.Removed,
        Entry = Whole((register switch
        {
            Register.Accounts => (RegisterEntry?)document.Account,
            Register.Orders => document.Order,
            Register.Loans => document.Loan,
            Register.Cards => document.Card,
            Register.Limits => document.Limit,
            Register.Authorities => document.Authority,
            _ => document.Party,
        }) ?? throw Missing(RegisterWords.OneOf(register))),
    };

    private static RegisterSnapshot EventOf(SnapshotDocument document, Register register) => new()
    {
        Client = document.Client,
        EventTime = document.EventTime,
        Register = register,
        Sequence = document.Sequence,
        Entries = (register switch
        {
            Register.Accounts => Entries(document.Accounts),
            Register.Orders => Entries(document.Orders),
            Register.Loans => Entries(document.Loans),
            Register.Cards => Entries(document.Cards),
            Register.Limits => Entries(document.Limits),
            Register.Authorities => Entries(document.Authorities),
            _ => Entries(document.Parties),
        }) ?? throw Missing(RegisterWords.Of(register)),
    };

    private static ImmutableArray<RegisterEntry>? Entries<T>(ImmutableArray<T>? entries)
        where T : RegisterEntry
    {
        if (entries is not { } given)
            return null;
        foreach (var entry in Listed(given))
            Whole(entry);
        return ImmutableArray<RegisterEntry>.CastUp(given);
    }

    private static RegisterEntry Whole(RegisterEntry entry)
    {
        if (entry is Account account)
            Listed(account.Holds);
        return entry;
    }

    /// <summary>The serializer takes a null for a list, and for what stands in one.</summary>
    private static ImmutableArray<T> Listed<T>(ImmutableArray<T> items)
        where T : class
    {
        if (items.IsDefault || items.Contains(null!))
            throw new JsonException("A list, or what stands in it, is null.");
        return items;
    }

    private static RegisterDigest EventOf(DigestDocument document) => new()
    {
        Client = document.Client,
        EventTime = document.EventTime,
        Register = RegisterWords.Find(document.Register) ?? throw new JsonException("There is no such register.", "$.register", null, null),
        Sequence = document.Sequence,
    };

    private static PostingsBooked EventOf(PostingsDocument document) => new()
    {
        Client = document.Client,
        EventTime = document.EventTime,
        Account = document.Account,
        Postings = Listed(document.Postings),
    };

    private static PostingRange EventOf(RangeDocument document) => new()
    {
        Client = document.Client,
        EventTime = document.EventTime,
        Account = document.Account,
        FromNumber = document.FromNumber,
        ToNumber = document.ToNumber,
        ThroughNumber = document.ThroughNumber,
        Postings = Listed(document.Postings),
    };

    private static JsonException Missing(string field) => new($"The field '{field}' is missing.", "$." + field, null, null);
}
