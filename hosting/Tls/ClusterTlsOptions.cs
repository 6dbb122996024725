namespace StreamForge.Hosting.Tls;

/// <summary>
/// TLS between the processes of a cluster, with certificates on both sides. Section <c>Cluster:Tls</c>; the same for all of a cluster, but for
/// the certificate.
/// </summary>
internal sealed class ClusterTlsOptions : CertificateOptions
{
    /// <summary>PEM of the authorities that certificates of the cluster are signed by; several while one succeeds another. No others count.</summary>
    public string? Authorities { get; set; }

    /// <summary>The DNS name that certificates of silos have. Only who has it may be a silo.</summary>
    public string? SiloName { get; set; }

    /// <summary>DNS names one of which certificates of clients have (client API, connectors); silos may be clients too. Default: that of silos.</summary>
    public IReadOnlyList<string> ClientNames { get; set; } = [];

    public override IEnumerable<string> Files => base.Files.Concat(new[] { Authorities }.OfType<string>());

    /// <summary>Who may come to a port for clients.</summary>
    public IReadOnlyList<string> NamesOfClients => [.. ClientNames, SiloName!];

    public override IEnumerable<string> Errors()
    {
        foreach (var error in base.Errors())
            yield return error;
        var needed = new[] { (nameof(Authorities), Authorities), (nameof(SiloName), SiloName) };
        foreach (var (name, value) in needed)
            if (string.IsNullOrWhiteSpace(value) == IsSet)
                yield return IsSet ? $"{name} must be set where {nameof(Certificate)} is." : $"{name} is set, but {nameof(Certificate)} is not.";
        foreach (var name in ClientNames.Append(SiloName ?? "x"))
            if (Uri.CheckHostName(name) != UriHostNameType.Dns)
                yield return $"'{name}' is no DNS name.";
    }
}
