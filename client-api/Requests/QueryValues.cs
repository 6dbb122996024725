using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using StreamForge.ClientApi.Problems;

namespace StreamForge.ClientApi.Requests;

/// <summary>The parameters of one request, all of them known to its address and each given once.</summary>
internal readonly struct QueryValues
{
    private readonly List<KeyValuePair<string, string>>? _values;

    private QueryValues(List<KeyValuePair<string, string>> values) => _values = values;

    /// <summary>The value of a parameter; none where it is absent.</summary>
    public string? Find(string name)
    {
        if (_values is null)
            return null;
        foreach (var (key, value) in _values)
            if (key == name)
                return value;
        return null;
    }

    /// <summary>Reads the query of a request to <paramref name="route"/>.</summary>
    /// <returns>False, with the problem, where it is too long or has a parameter that is unknown or given twice.</returns>
    public static bool TryRead(HttpRequest request, ApiRoute route, int maxLength, out QueryValues values, out ApiProblem? problem)
    {
        (values, problem) = (default, null);
        var query = request.QueryString.Value;
        if (string.IsNullOrEmpty(query) || query.Length == 1)
            return true;
        problem = query.Length - 1 > maxLength ? ApiProblem.QueryTooLong(maxLength) : Read(query, route, out values);
        return problem is null;
    }

    private static ApiProblem? Read(string query, ApiRoute route, out QueryValues values)
    {
        var found = new List<KeyValuePair<string, string>>(4);
        values = new QueryValues(found);
        foreach (var pair in new QueryStringEnumerable(query))
        {
            var name = pair.DecodeName().ToString();
            if (!route.Takes(name))
                return ApiProblem.UnknownParameter(name, route.ParameterNames);
            if (values.Find(name) is not null)
                return ApiProblem.InvalidParameter(name, $"'{name}' is given more than once.");
            found.Add(new(name, pair.DecodeValue().ToString()));
        }
        return null;
    }
}
