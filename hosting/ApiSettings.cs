using StreamForge.ClientApi.Access;

namespace StreamForge.Hosting;

/// <summary>What a process that serves the client API must be told beside where it listens.</summary>
internal static class ApiSettings
{
    /// <summary>The sections that only such a process reads.</summary>
    public static readonly string[] Sections = ["ClientApi", "Access", "Limits"];

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
}
