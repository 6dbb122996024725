using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using StreamForge.Sources.Exchange.Playback;

namespace StreamForge.Sources.Exchange.Wire;

/// <summary>The handles of the simulation, under <c>/sim</c>.</summary>
internal sealed class SimEndpoints(Player player, Func<ExchangeStatus> status)
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
