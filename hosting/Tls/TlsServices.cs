using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace StreamForge.Hosting.Tls;

/// <summary>What it takes to look after certificates.</summary>
internal static class TlsServices
{
    /// <summary>Looks for changes of these files as long as the host runs.</summary>
    public static void AddWatchedCertificate(this IServiceCollection services, IWatchedFiles files)
    {
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(files);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CertificateWatch>());
    }
}
