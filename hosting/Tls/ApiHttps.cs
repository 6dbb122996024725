using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpsPolicy;
using Microsoft.Extensions.DependencyInjection;

namespace StreamForge.Hosting.Tls;

/// <summary>HTTPS of the client API, for addresses that begin with <c>https</c>.</summary>
internal static class ApiHttps
{
    /// <summary>Shows callers a certificate, and looks for its successors.</summary>
    /// <param name="certificate">None: there is no HTTPS.</param>
    public static void AddApiHttps(this WebApplicationBuilder builder, ApiCertificate? certificate)
    {
        if (certificate is null)
            return;
        // A slim host leaves it out.
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
        {
            https.SslProtocols = TlsHandshake.Versions;
            // Kestrel wants to know of a certificate; a selector gives it without those between it and its authority.
            https.ServerCertificateSelector = (_, _) => certificate.Current.TargetCertificate;
            https.OnAuthenticate = (_, handshake) =>
            {
                handshake.ServerCertificateSelectionCallback = null;
                handshake.ServerCertificateContext = certificate.Current;
            };
        }));
        builder.Services.AddWatchedCertificate(certificate);
        builder.Services.Configure<HstsOptions>(hsts => hsts.MaxAge = certificate.HstsMaxAge);
    }

    /// <summary>Tells browsers to ask by HTTPS only; before anything answers.</summary>
    public static void UseApiHsts(this WebApplication app, ApiCertificate? certificate)
    {
        if (certificate is { Hsts: true })
            app.UseHsts();
    }
}
