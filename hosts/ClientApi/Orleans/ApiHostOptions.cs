using System.ComponentModel.DataAnnotations;

namespace StreamForge.ApiHost;

/// <summary>Where the client API is reached.</summary>
internal sealed class ApiHostOptions
{
    /// <summary>As Kestrel reads it. Default <c>http://127.0.0.1:8080</c>.</summary>
    [Required, Url]
    public string Url { get; set; } = "http://127.0.0.1:8080";

    /// <summary>How long requests under way may take after SIGTERM. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:10:00")]
    public TimeSpan StopWithin { get; set; } = TimeSpan.FromSeconds(5);
}
