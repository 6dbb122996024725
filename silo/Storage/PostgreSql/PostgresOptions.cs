using System.ComponentModel.DataAnnotations;

namespace StreamForge.Silo.Storage.PostgreSql;

/// <summary>Where and how grain state is kept in PostgreSQL (14 or later).</summary>
public sealed record PostgresOptions
{
    /// <summary>As Npgsql reads it: <c>Host=...;Database=...;Username=...</c>.</summary>
    [Required(AllowEmptyStrings = false)]
    public string ConnectionString { get; init; } = "";

    /// <summary>Connections that write state, each one statement at a time. More of them make smaller batches. Default: 3.</summary>
    [Range(1, 64)]
    public int WriteConnections { get; init; } = 3;

    /// <summary>Most rows of one statement. Default: 1,000.</summary>
    [Range(1, 10_000)]
    public int MaxBatchRows { get; init; } = 1_000;

    /// <summary>Most bytes of one statement, unless a single row has more. Default: 4 MiB.</summary>
    [Range(64 * 1024, 256 * 1024 * 1024)]
    public int MaxBatchBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Memory for the states that were stored last, bytes: a state of 4 KiB or more whose last version is among them is written as a patch
    /// of it, where that is much shorter. 0: states are always written whole. Default: 128 MiB.
    /// </summary>
    [Range(0L, 64L * 1024 * 1024 * 1024)]
    public long PatchMemoryBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>After this long a statement's outcome is unknown and the caller repeats it. Default: 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Checks every range.</summary>
    /// <exception cref="ValidationException">With all errors in one message.</exception>
    public PostgresOptions Validated()
    {
        var errors = new List<ValidationResult>();
        if (Validator.TryValidateObject(this, new ValidationContext(this), errors, validateAllProperties: true))
            return this;
        throw new ValidationException("PostgreSQL options: " + string.Join(" ", errors.Select(static e => e.ErrorMessage)));
    }
}
