using StreamForge.ClientApi.Access;
using StreamForge.Hosting.Tls;

namespace StreamForge.Hosting;

/// <summary>What a process that serves the client API must be told beside where it listens.</summary>
internal static class ApiSettings
{
    /// <summary>The sections that only such a process reads.</summary>
    public static readonly string[] Sections = ["ClientApi", "Access", "Limits", "Https"];

    /// <summary>The section <c>Access</c>: who may ask. What is wrong with it is noted in <paramref name="sections"/>.</summary>
    /// <returns>Null where something is wrong: then the sections throw.</returns>
    public static ApiAccess? ReadAccess(SettingsSections sections, AccessPlace place)
    {
        var errors = new List<string>();
        var access = ApiAccess.Read(sections.Check("Access", new AccessOptions()), place, errors);
        foreach (var error in errors)
            sections.Fail("Access", error);
        return access;
    }

    /// <summary>The section <c>Https</c>: the certificate of the API. What is wrong with it is noted in <paramref name="sections"/>.</summary>
    /// <param name="given">What the command line says, which wins.</param>
    /// <param name="urls">Where the API listens, as Kestrel reads it; none where that follows from whether there is a certificate.</param>
    /// <returns>Null where there is to be no HTTPS, or something is wrong: then the sections throw.</returns>
    public static ApiCertificate? ReadCertificate(SettingsSections sections, HttpsOptions? given, string? urls, TimeProvider time)
    {
        var options = sections.Check("Https", new HttpsOptions());
        if (given is { IsSet: true })
            (options.Certificate, options.Key, options.PasswordFile) = (given.Certificate, given.Key, given.PasswordFile);
        var errors = options.Errors().ToList();
        if (urls is not null)
        {
            var https = urls.Contains("https://", StringComparison.OrdinalIgnoreCase);
            if (https && !options.IsSet)
                errors.Add($"Certificate must be set: the API shall listen at {urls}.");
            if (!https && options.IsSet)
                errors.Add($"Certificate is set, but no address of the API is one of HTTPS: {urls}.");
        }
        var certificate = errors.Count == 0 ? ApiCertificate.Read(options, time, errors) : null;
        foreach (var error in errors)
            sections.Fail("Https", error);
        return certificate;
    }
}
