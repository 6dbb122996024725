using System.ComponentModel.DataAnnotations;

namespace StreamForge.Hosting.Tls;

/// <summary>TLS of the client API: the certificate that it shows. Section <c>Https</c>.</summary>
internal sealed class HttpsOptions : CertificateOptions
{
    /// <summary>
    /// How long browsers shall ask for this host by HTTPS only (RFC 6797, <c>Strict-Transport-Security</c>). Never sent for names of
    /// loopback. Default 30 days; 0 (never sent) to 730 days.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "730.00:00:00")]
    public TimeSpan Hsts { get; set; } = TimeSpan.FromDays(30);
}
