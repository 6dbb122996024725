using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace StreamForge.Hosting;

/// <summary>
/// The options of a process as <c>appsettings.json</c>, the environment and the command line say them: section <c>StreamForge:Pump</c>,
/// variable <c>StreamForge__Pump__WindowBytes</c>. All that is wrong in them is collected, to be said at once.
/// </summary>
internal sealed class SettingsSections(IConfiguration configuration)
{
    private const string Root = "StreamForge";
    private readonly IConfigurationSection _root = configuration.GetSection(Root);
    private readonly List<string> _errors = [];
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _others = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Fills options from their section, and notes what is wrong with them.</summary>
    public T Check<T>(string section, T options)
        where T : class
    {
        _known.Add(section);
        try
        {
            Bound(section, options);
        }
        catch (InvalidOperationException error)
        {
            // A text that is no number, or a name that the options do not have.
            Fail(section, error.InnerException is null ? error.Message : $"{error.Message} {error.InnerException.Message}");
        }
        CheckRanges(section, options);
        return options;
    }

    public void CheckRanges(string section, object options)
    {
        var found = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), found, validateAllProperties: true);
        foreach (var result in found)
            Fail(section, result.ErrorMessage ?? "an option is out of range.");
    }

    /// <summary>Notes an error that ranges do not tell.</summary>
    public void Fail(string section, string error) => _errors.Add($"{Root}:{section}: {error}");

    /// <summary>Sections of other processes, which may share the file: nothing is known of them here.</summary>
    public void AllowOthers(params IEnumerable<string> sections) => _others.UnionWith(sections);

    /// <exception cref="StartupException">Options are wrong; all that are, in one message.</exception>
    public void ThrowIfWrong()
    {
        foreach (var section in _root.GetChildren())
            if (!_known.Contains(section.Key) && !_others.Contains(section.Key))
                _errors.Add($"{Root}:{section.Key} is no section; there are {string.Join(", ", _known.Order(StringComparer.Ordinal))}.");
        if (_errors.Count > 0)
            throw new StartupException("settings: " + string.Join(" ", _errors));
    }

    public IConfigurationSection Section(string name) => _root.GetSection(name);

    public T Bound<T>(string section, T options)
        where T : class
    {
        Section(section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
        return options;
    }
}
