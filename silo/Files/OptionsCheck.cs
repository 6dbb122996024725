using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Files;

/// <summary>Checks the ranges of options.</summary>
internal static class OptionsCheck
{
    /// <exception cref="ValidationException">Options are out of their ranges; all that are, in one message.</exception>
    public static void ThrowIfInvalid(object options)
    {
        var errors = new List<ValidationResult>();
        if (!Validator.TryValidateObject(options, new ValidationContext(options), errors, validateAllProperties: true))
            throw new ValidationException(string.Join(" ", errors.Select(error => error.ErrorMessage)));
    }
}
