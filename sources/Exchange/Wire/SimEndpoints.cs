using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using StreamForge.Sources.Exchange.Faults;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>The handles of the simulation, under <c>/sim</c>.</summary>
internal sealed class SimEndpoints(Player player, FaultCenter faults, Func<ExchangeStatus> status)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/sim");
        group.MapGet("/status", () => Results.Json(status(), ExchangeJson.Options));
        group.MapPost("/pause", () =>
        {
            player.Pause();
            return Results.Json(player.Progress(), ExchangeJson.Options);
        });
        group.MapPost("/resume", () =>
        {
            player.Resume();
            return Results.Json(player.Progress(), ExchangeJson.Options);
        });
        group.MapPost("/advance", Advance);
        group.MapGet("/faults", () => Results.Json(
            new { plan = faults.Plan, entries = faults.Journal.Entries }, ExchangeJson.Options));
        group.MapPost("/faults", (Delegate)SetFaults);
        group.MapDelete("/faults", () =>
        {
            faults.Set(FaultPlan.None);
            return Results.NoContent();
        });
    }

    /// <summary>The body is a plan: <c>{"seed":1,"rules":[{"kind":"drop","probability":0.01,"stream":"depth"}]}</c>.</summary>
    private async Task<IResult> SetFaults(HttpContext context)
    {
        try
        {
            var plan = await context.Request.ReadFromJsonAsync<FaultPlan>(ExchangeJson.Options, context.RequestAborted);
            var errors = plan?.Validate() ?? ["The body is no plan."];
            if (errors.Count > 0)
                return Results.Problem(string.Join(' ', errors), statusCode: 400);
            faults.Set(plan!);
            return Results.Json(plan, ExchangeJson.Options);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException or InvalidOperationException)
        {
            return Results.Problem(e.Message, statusCode: 400);
        }
    }

    private async Task<IResult> Advance(long? frames, string? kind, CancellationToken cancellation)
    {
        if (frames is < 1)
            return Results.Problem("frames must be at least 1", statusCode: 400);
        try
        {
            return Results.Json(await player.AdvanceAsync(frames ?? 1, kind, cancellation), ExchangeJson.Options);
        }
        catch (InvalidOperationException e)
        {
            return Results.Problem(e.Message, statusCode: 409);
        }
    }
}
