using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>The addresses of dead letters: which there are, what is in one, and what is to be done about it.</summary>
internal sealed class DeadLetterEndpoints
{
    private const string IdPattern = "^[0-9a-f]{12}-[0-9a-f]{16}$";
    private const int IdLength = 29;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("0123456789abcdef-");
    private static readonly PathParameter Id = new("id", "The letter's id.", IdPattern);

    private readonly IGrainFactory _grains;
    private readonly OrderDesk _orders;
    private readonly ListDesk _desk;
    private readonly TimeProvider _time;
    private readonly ClientApiOptions _options;
    private readonly TextParameter _topic = new("topic", CommonParameters.MaxTopic, "Only letters about records of this topic.");
    private readonly TextParameter _reason = new("reason", 200, "Only letters whose reason contains this, whatever its case.");
    private readonly WordParameter<DeadLetterState> _state = new(
        "state", Enum.GetValues<DeadLetterState>().ToDictionary(OperationWords.Of), null, "Only letters in this state.");
    private readonly TextParameter _cursor = new("cursor", IdLength, "'next' of the page before.");

    public DeadLetterEndpoints(
        IGrainFactory grains, OrderDesk orders, ListDesk desk, IOptions<ClientApiOptions> options, TimeProvider time)
    {
        (_grains, _orders, _desk, _time, _options) = (grains, orders, desk, time, options.Value);
        List = desk.Route<DeadLetterPageDocument>(
            "listDeadLetters", "Records that could not be processed, the newest first.", _topic, _reason, _state, _cursor) with
        { Scope = ApiScope.Operator };
    }

    public ApiRoute List { get; }

    public ApiRoute One { get; } = new("getDeadLetter", "One dead letter, with the record that it is about.")
    {
        Path = [Id],
        Document = typeof(DeadLetterRecordDocument),
        Scope = ApiScope.Operator,
        Problems = [StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable],
    };

    public ApiRoute Replay { get; } = OrderDesk.Route(
        "replayDeadLetter", "Appends the letter's record to its topic again: once, unless asked for 'again'.", Id) with
    { Body = typeof(ReplayRequest), MayGoOn = true };

    public ApiRoute Discard { get; } = OrderDesk.Route("discardDeadLetter", "Nothing is to be done about the letter.", Id);

    public Task GetList(HttpContext context) => _desk.Answer<DeadLetterQuery, DeadLetterPageDocument>(
        context, List, TryReadQuery, async query => DocumentOf(await _grains.GetGrain<IDeadLetterDirectoryGrain>("all").List(query)),
        DocumentJson.Default.DeadLetterPageDocument);

    public async Task GetOne(HttpContext context)
    {
        if (RequestCheck.Check(context, One, _options.MaxQueryLength, out _) is { } problem)
        {
            await ProblemResponse.Write(context, problem);
            return;
        }
        var record = IsId(Id.Of(context)) ? await Grain(context).Get().AsTask().WaitAsync(_options.GrainTimeout, _time) : null;
        if (record is null)
        {
            await ProblemResponse.Write(context, ApiProblem.NothingThere(NoSuch.Detail));
            return;
        }
        context.Response.Headers.CacheControl = "no-store";
        var (text, bytes) = ValueOf(record);
        await JsonResponse.Write(context, DocumentJson.Default.DeadLetterRecordDocument, new DeadLetterRecordDocument(
            DocumentOf(record.Letter), [.. record.Headers.Select(header => new HeaderDocument(header.Name, header.Value))], text, bytes));
    }

    public Task PostReplay(HttpContext context) => _orders.Take(
        context, Replay, DocumentJson.Default.ReplayRequest,
        (order, request) => IsId(Id.Of(context)) ? Grain(context).Replay(request.Again, order) : ValueTask.FromResult(NoSuch));

    public Task PostDiscard(HttpContext context) => _orders.Take(
        context, Discard, order => IsId(Id.Of(context)) ? Grain(context).Discard(order) : ValueTask.FromResult(NoSuch));

    private static OrderAnswer NoSuch { get; } = new() { Outcome = OrderOutcome.Unknown, Detail = "There is no such dead letter." };

    private IDeadLetterGrain Grain(HttpContext context) => _grains.GetGrain<IDeadLetterGrain>(Id.Of(context));

    // No grain is woken for what cannot be an id.
    private static bool IsId(string text) => text.Length == IdLength && text[12] == '-' && !text.AsSpan().ContainsAnyExcept(IdCharacters);

    private bool TryReadQuery(in QueryValues values, out DeadLetterQuery query, out ApiProblem? problem)
    {
        query = new DeadLetterQuery();
        if (!_topic.TryRead(values, out var topic, out problem)
            || !_reason.TryRead(values, out var reason, out problem)
            || !_state.TryRead(values, out var state, out problem)
            || !_cursor.TryRead(values, out var after, out problem)
            || !_desk.TryReadLimit(values, out var limit, out problem))
            return false;
        if (after is not null && !IsId(after))
            problem = ApiProblem.InvalidParameter(_cursor.Name, "The cursor is not 'next' of a page.");
        query = new DeadLetterQuery(state, topic, reason, after, limit);
        return problem is null;
    }

    /// <summary>As text where it is text, in base64 where it is not.</summary>
    private static (string? Text, byte[]? Bytes) ValueOf(DeadLetterRecord record)
    {
        if (record.Value is not { } value)
            return (null, null);
        try
        {
            return (Strict.GetString(value.AsSpan()), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, [.. value]);
        }
    }

    private static DeadLetterPageDocument DocumentOf(DeadLetterPage page) => new([.. page.Items.Select(DocumentOf)], page.Next);

    private static DeadLetterDocument DocumentOf(DeadLetter letter) => new(
        letter.Id, OperationWords.Of(letter.State), letter.Topic, letter.Place?.Partition, letter.Place?.Offset, letter.Group, letter.Reason,
        letter.At, letter.RecordedAt, letter.Key, letter.EventId, letter.ReplayOf, letter.Replays, letter.ReplayedTo?.Offset, letter.By,
        letter.ChangedAt);
}
