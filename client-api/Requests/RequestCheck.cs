using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using StreamForge.ClientApi.Problems;

namespace StreamForge.ClientApi.Requests;

/// <summary>What every request goes through before its address looks at it.</summary>
internal static class RequestCheck
{
    /// <summary>Checks what the caller accepts and the query's form.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static ApiProblem? Check(HttpContext context, ApiRoute route, int maxQueryLength, out QueryValues query)
    {
        if (!MediaTypes.Accepts(context.Request, route.Produces))
        {
            query = default;
            return ApiProblem.NotAcceptable(route.Produces);
        }
        QueryValues.TryRead(context.Request, route, maxQueryLength, out query, out var problem);
        return problem;
    }

    /// <summary>Checks the instrument in the address too.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static ApiProblem? Check(
        HttpContext context, ApiRoute route, int maxQueryLength, out string instrument, out QueryValues query)
    {
        instrument = (string)context.GetRouteValue("id")!;
        return Check(context, route, maxQueryLength, out query)
            ?? (InstrumentId.IsValid(instrument) ? null : InstrumentId.Invalid());
    }
}
