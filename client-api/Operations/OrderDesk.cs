using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Rendering;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Operations;

namespace StreamForge.ClientApi.Operations;

/// <summary>Takes operators' orders: reads what they say, hands it on, and tells what became of it.</summary>
internal sealed class OrderDesk(IOptions<ClientApiOptions> options, TimeProvider time)
{
    private const int MaxBody = 16 * 1024;

    private readonly ClientApiOptions _options = options.Value;

    private static readonly int[] PossibleProblems =
    [
        StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge,
        StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status503ServiceUnavailable,
    ];

    /// <summary>The answer to an order about a partition whose number is none.</summary>
    public static OrderAnswer NoPartition { get; } = new() { Outcome = OrderOutcome.Unknown, Detail = "A partition has a number." };

    /// <summary>The route of an order.</summary>
    public static ApiRoute Route(string name, string summary, params PathParameter[] path) => new(name, summary)
    {
        Path = path,
        Body = typeof(OrderRequest),
        Document = typeof(OrderDocument),
        Scope = ApiScope.Operator,
        Problems = PossibleProblems,
    };

    /// <summary>Hands an order on and answers what became of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">Its address.</param>
    /// <param name="give">Gives the order; orders can be given twice and are carried out once.</param>
    public Task Take(HttpContext context, ApiRoute route, Func<OperatorOrder, ValueTask<OrderAnswer>> give) =>
        Take(context, route, DocumentJson.Default.OrderRequest, (order, _) => give(order));

    /// <inheritdoc cref="Take(HttpContext, ApiRoute, Func{OperatorOrder, ValueTask{OrderAnswer}})"/>
    /// <param name="type">What a request says.</param>
    public async Task Take<T>(
        HttpContext context, ApiRoute route, JsonTypeInfo<T> type, Func<OperatorOrder, T, ValueTask<OrderAnswer>> give)
        where T : class, IOrderRequest
    {
        if (RequestCheck.Check(context, route, _options.MaxQueryLength, out _) is { } refused)
        {
            await ProblemResponse.Write(context, refused);
            return;
        }
        var (request, problem) = await Read(context, type);
        if (request is null)
        {
            await ProblemResponse.Write(context, problem!);
            return;
        }
        var order = new OperatorOrder(OperatorIdentity.Of(context), request.Reason.Trim());
        var answer = await give(order, request).AsTask().WaitAsync(_options.GrainTimeout, time);
        await Write(context, answer);
    }

    private static Task Write(HttpContext context, OrderAnswer answer)
    {
        switch (answer.Outcome)
        {
            case OrderOutcome.Unknown:
                return ProblemResponse.Write(context, ApiProblem.NothingThere(answer.Detail));
            case OrderOutcome.Refused:
                return ProblemResponse.Write(context, ApiProblem.NotNow(answer.Detail));
        }
        context.Response.StatusCode = answer.Outcome == OrderOutcome.UnderWay ? StatusCodes.Status202Accepted : StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.Write(
            context, DocumentJson.Default.OrderDocument, new OrderDocument(OperationWords.Of(answer.Outcome), answer.Detail, answer.Number));
    }

    private static async Task<(T? Request, ApiProblem? Problem)> Read<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class, IOrderRequest
    {
        if (!context.Request.HasJsonContentType())
            return (null, ApiProblem.OfStatus(StatusCodes.Status415UnsupportedMediaType) with { Detail = "An order is application/json." });
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MaxBody;
        T? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted);
        }
        catch (JsonException)
        {
            return (null, ApiProblem.UnreadableBody("""The body is a JSON object like {"reason": "why"}."""));
        }
        var reason = request?.Reason.Trim() ?? "";
        return reason.Length is 0 or > OperatorOrder.MaxReason || reason.Any(char.IsControl)
            ? (null, ApiProblem.InvalidParameter("reason", $"'reason' says why, in a line of 1 to {OperatorOrder.MaxReason} characters."))
            : (request, null);
    }
}
