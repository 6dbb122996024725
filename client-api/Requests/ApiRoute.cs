using StreamForge.ClientApi.Access;

namespace StreamForge.ClientApi.Requests;

/// <summary>
/// What an address is and takes. Stands in the endpoint's metadata: requests are checked by it, and the OpenAPI document is
/// written from it.
/// </summary>
/// <param name="Name">The operation id.</param>
/// <param name="Summary">One sentence.</param>
/// <param name="Parameters">The query parameters; any other is refused.</param>
internal sealed record ApiRoute(string Name, string Summary, params ApiParameter[] Parameters) : IScopedAddress
{
    /// <summary>The parts of the address that name something, in their order.</summary>
    public IReadOnlyList<PathParameter> Path { get; init; } = [];

    /// <summary>The type of the document that a request must bring; none where it brings nothing.</summary>
    public Type? Body { get; init; }

    /// <summary>The media type of an answer of 200.</summary>
    public string Produces { get; init; } = "application/json";

    /// <summary>The type of the document of an answer of 200; none where it is not JSON.</summary>
    public Type? Document { get; init; }

    /// <summary>Whether the answer may also be a 202 with the same document: what was asked for goes on.</summary>
    public bool MayGoOn { get; init; }

    /// <summary>Whether the answer is a view, with the headers of freshness and an ETag.</summary>
    public bool IsView { get; init; }

    /// <summary>Who may ask.</summary>
    public ApiScope Scope { get; init; } = ApiScope.Reader;

    /// <summary>Not limited by caller: what starts and stops processes asks it.</summary>
    public bool IsUnlimited { get; init; }

    /// <summary>The statuses of problems that the address may answer beside 400, 406, 414 and 500.</summary>
    public IReadOnlyList<int> Problems { get; init; } = [];

    /// <summary>The names of the parameters, for a person.</summary>
    public string ParameterNames { get; } = string.Join(", ", Parameters.Select(parameter => parameter.Name));

    public bool Takes(string name)
    {
        foreach (var parameter in Parameters)
            if (parameter.Name == name)
                return true;
        return false;
    }
}
