using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamForge.Hosting.Tls;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.Tls;

/// <summary>Certificates and keys as people have them in files, and what is said of files that cannot be used.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private const string Password = "a secret";
    private readonly ManualTime _time = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly TempFolder _folder = new();
    private readonly TestAuthority _root;
    private readonly TestAuthority _between;
    private readonly TestCertificate _issued;

    public CertificateFileTests()
    {
        _root = new TestAuthority("root", _time);
        _between = new TestAuthority("between", _time, _root);
        _issued = _between.Issue(["api.streamforge.test"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_certificate_with_its_chain_and_a_key_in_another_file() =>
        Holds(Parse(Options("tls.crt", _issued.Pem + "\n" + _between.Pem, key: _issued.KeyPem)));

    [Fact]
    public void The_chain_first_and_the_key_between() =>
        Holds(Parse(Options("all.pem", _between.Pem + "\n" + _issued.KeyPem + "\n" + _issued.Pem)));

    [Fact]
    public void A_key_with_a_password()
    {
        var key = _issued.Certificate.GetECDsaPrivateKey()!.ExportEncryptedPkcs8PrivateKeyPem(
            Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        var options = Options("tls.crt", _issued.Pem + "\n" + _between.Pem, key);
        Assert.Contains("or PasswordFile does not open it", Problem(options), StringComparison.Ordinal);
        options.PasswordFile = Write("wrong", "another");
        Assert.Contains("or PasswordFile does not open it", Problem(options), StringComparison.Ordinal);
        options.PasswordFile = Write("password", Password + "\n");
        Holds(Parse(options));
    }

    [Fact]
    public void An_RSA_key()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=rsa", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(1));
        Assert.Equal("CN=rsa", Parse(Options("tls.crt", certificate.ExportCertificatePem(), key.ExportRSAPrivateKeyPem())).Leaf.Subject);
    }

    [Fact]
    public void A_PFX_whose_password_is_in_a_file()
    {
        var all = new X509Certificate2Collection { X509Certificate2.CreateFromPem(_between.Pem), _issued.Certificate };
        var file = Path.Combine(_folder.Path, "tls.pfx");
        File.WriteAllBytes(file, all.Export(X509ContentType.Pkcs12, Password)!);
        var options = new CertificateOptions { Certificate = file };
        Assert.Contains("password", Problem(options), StringComparison.OrdinalIgnoreCase);
        options.PasswordFile = Write("password", Password);
        Holds(Parse(options));
        options.Key = Write("tls.key", _issued.KeyPem);
        Assert.Contains("Key must not be set", Problem(options), StringComparison.Ordinal);
    }

    [Fact]
    public void What_hangs_on_a_certificate_that_expires_earlier_expires_with_it()
    {
        var late = _between.Issue(["x.test"], notAfter: _time.GetUtcNow().AddDays(3600));
        var soon = new TestAuthority("soon", new ManualTime(_time.GetUtcNow().AddDays(-3640)), above: null);
        var certificate = Parse(Options("tls.crt", late.Pem + "\n" + soon.Pem, late.KeyPem));
        Assert.Equal(_time.GetUtcNow().AddDays(10), certificate.NotAfter);
    }

    [Fact]
    public void What_cannot_be_used_is_said_in_a_sentence()
    {
        Assert.Contains("nowhere.crt", Problem(new CertificateOptions { Certificate = Path.Combine(_folder.Path, "nowhere.crt") }), StringComparison.Ordinal);
        Assert.Contains("holds no key that fits", Problem(Options("a.crt", _issued.Pem, _between.Issue(["x.test"]).KeyPem)), StringComparison.Ordinal);
        Assert.Contains("holds no key that fits", Problem(Options("b.crt", _issued.Pem)), StringComparison.Ordinal);
        Assert.Contains("has no certificate", Problem(Options("c.crt", _issued.KeyPem)), StringComparison.Ordinal);
        Assert.NotEmpty(Problem(Options("d.crt", "nothing of the kind")));
        Assert.NotEmpty(Problem(Options("e.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")));
        Assert.Contains("1048577 bytes", Problem(Options("f.crt", new string('x', (1024 * 1024) + 1))), StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_has_expired_or_is_not_valid_yet_is_nothing_to_begin_with()
    {
        var now = _time.GetUtcNow();
        foreach (var (certificate, why) in new[]
        {
            (_root.Issue(["x.test"], notAfter: now.AddMinutes(-1)), "expired at 2026-05-31 23:59:00Z"),
            (_root.Issue(["x.test"], notBefore: now.AddMinutes(1)), "is not valid before 2026-06-01 00:01:00Z"),
        })
        {
            var errors = new List<string>();
            Assert.Null(ApiCertificate.Read(HttpsOf(Options("tls.crt", certificate.Pem, certificate.KeyPem)), _time, errors));
            Assert.Contains(why, Assert.Single(errors), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_others_would_refuse_is_found_before_anybody_is_asked()
    {
        using var files = Rigs.ClusterFiles.OfSilo(_root);
        foreach (var (certificate, authority, why) in new[]
        {
            (new TestAuthority("foreign", _time).Issue([Rigs.ClusterFiles.SiloName]), _root, "signed by none of our authorities"),
            (_root.Issue([Rigs.ClusterFiles.ClientName]), _root, $"not of {Rigs.ClusterFiles.SiloName}"),
            (_root.Issue([Rigs.ClusterFiles.SiloName], forServers: false), _root, "(as server)"),
            (_root.Issue([Rigs.ClusterFiles.SiloName], forClients: false), _root, "(as client)"),
            (_root.Issue([Rigs.ClusterFiles.SiloName], notAfter: _time.GetUtcNow().AddSeconds(-1)), _root, "valid from"),
        })
        {
            files.Write(certificate, authority);
            var errors = new List<string>();
            Assert.Null(ClusterIdentity.Read(files.Options, isSilo: true, _time, errors));
            Assert.Contains(why, Assert.Single(errors), StringComparison.Ordinal);
        }
        // A client calls, and is not called.
        files.Write(_root.Issue([Rigs.ClusterFiles.ClientName], forServers: false), _root);
        Assert.NotNull(files.Read(isSilo: false, _time));
    }

    [Fact]
    public void Options_that_do_not_go_together_are_told()
    {
        Assert.Empty(new ClusterTlsOptions().Errors());
        Assert.Equal(2, new ClusterTlsOptions { Certificate = "x" }.Errors().Count());
        Assert.Equal(3, new ClusterTlsOptions { Key = "x", SiloName = "silo", Authorities = "x" }.Errors().Count());
        Assert.Contains("'no name' is no DNS name", new ClusterTlsOptions { Certificate = "x", SiloName = "silo", Authorities = "x", ClientNames = ["no name"] }.Errors().Single(), StringComparison.Ordinal);
    }

    private static HttpsOptions HttpsOf(CertificateOptions options) => new() { Certificate = options.Certificate, Key = options.Key };

    private void Holds(ServedCertificate certificate)
    {
        Assert.Equal(_issued.Certificate.Thumbprint, certificate.Leaf.Thumbprint);
        Assert.True(certificate.Leaf.HasPrivateKey);
        Assert.Equal("CN=between", Assert.Single(certificate.Between).Subject);
    }

    private static ServedCertificate Parse(CertificateOptions options) => ServedCertificate.Parse(options, FileContents.Read([.. options.Files]));

    private static string Problem(CertificateOptions options) => Assert.Throws<CertificateFileException>(() => Parse(options)).Message;

    private CertificateOptions Options(string name, string content, string? key = null) =>
        new() { Certificate = Write(name, content), Key = key is null ? null : Write(name + ".key", key) };

    private string Write(string name, string content)
    {
        var file = Path.Combine(_folder.Path, name);
        File.WriteAllText(file, content);
        return file;
    }
}
