using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using StreamForge.Hosting.Tls;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.Tls.Rigs;

/// <summary>Two processes of a cluster as far as their connections go, over real sockets: one that is called, and those that call it.</summary>
internal sealed class LinkRig : IAsyncDisposable
{
    private readonly List<IDisposable> _files = [];
    private readonly List<IAsyncDisposable> _links = [];
    private readonly TestMeters _meters = new();
    private readonly ILoggerFactory _loggers;

    public LinkRig()
    {
        _loggers = LoggerFactory.Create(logging => logging.AddProvider(Logs));
        Authority = new TestAuthority("cluster", Time);
        Refusals = new RefusalLog(Time, _meters, _loggers.CreateLogger<RefusalLog>());
    }

    public ManualTime Time { get; } = new(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

    public LogLines Logs { get; } = new();

    /// <summary>Of the cluster.</summary>
    public TestAuthority Authority { get; }

    public RefusalLog Refusals { get; }

    /// <summary>How many connections were refused for this reason.</summary>
    public double Refused(string port, string reason) => _meters.Value("streamforge.tls.refused", $"{port},{reason}");

    public ClusterFiles Keep(ClusterFiles files)
    {
        _files.Add(files);
        return files;
    }

    /// <summary>A silo's port for silos, in order unless something else is said.</summary>
    public Task<Doorway> Silos(ClusterFiles? files = null) => Door("silos", files, static options => [options.SiloName!]);

    /// <summary>Its port for clients.</summary>
    public Task<Doorway> Clients(ClusterFiles? files = null) => Door("clients", files, static options => options.NamesOfClients);

    /// <summary>A port of a process without TLS.</summary>
    public async Task<Doorway> Plain(string port)
    {
        var link = new PlainLink(Refusals);
        return Kept(await Doorway.Open((context, next) => link.OnConnection(context, next, port)));
    }

    /// <summary>A silo that calls.</summary>
    public Task<Caller> CallAsSilo(Doorway door, ClusterFiles? files = null) => Call(door, files ?? Keep(ClusterFiles.OfSilo(Authority)), isSilo: true);

    /// <summary>A client that calls.</summary>
    public Task<Caller> CallAsClient(Doorway door, ClusterFiles? files = null) => Call(door, files ?? Keep(ClusterFiles.OfClient(Authority)), isSilo: false);

    /// <summary>A process without TLS that calls.</summary>
    public async Task<Caller> CallPlain(Doorway door)
    {
        var link = new PlainLink(Refusals);
        return Kept(await door.Call((context, next) => link.OnConnection(context, next, port: null)));
    }

    /// <summary>Whether somebody is let in who calls with TLS of his own making.</summary>
    /// <param name="certificate">None: he shows none.</param>
    public async Task<bool> IsWelcome(Doorway door, TestCertificate? certificate)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(door.EndPoint);
        await using var stream = new SslStream(socket.GetStream());
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = ClusterFiles.SiloName,
                CertificateChainPolicy = PeerJudge.Policy([X509Certificate2.CreateFromPem(Authority.Pem)], PeerUse.Server, Time.GetUtcNow()),
                ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate.Certificate, [], offline: true),
            });
            // He does not wait for a word.
            await stream.WriteAsync("hello"u8.ToArray());
            var word = new byte[1];
            await stream.ReadExactlyAsync(word);
            return word[0] == TlsHandshake.Welcome;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return false;
        }
    }

    public T Kept<T>(T link)
        where T : IAsyncDisposable
    {
        _links.Add(link);
        return link;
    }

    public async ValueTask DisposeAsync()
    {
        // Who calls hangs up first: a door waits for all who came through it.
        for (var i = _links.Count - 1; i >= 0; i--)
            await _links[i].DisposeAsync();
        _files.ForEach(static files => files.Dispose());
        _loggers.Dispose();
        _meters.Dispose();
    }

    private async Task<Doorway> Door(string port, ClusterFiles? files, Func<ClusterTlsOptions, IReadOnlyList<string>> names)
    {
        var identity = (files ?? Keep(ClusterFiles.OfSilo(Authority))).Read(isSilo: true, Time);
        var door = new InboundTls(identity, port, names(identity.Options), Refusals, Time);
        return Kept(await Doorway.Open(door.OnConnection));
    }

    private async Task<Caller> Call(Doorway door, ClusterFiles files, bool isSilo)
    {
        var link = new OutboundTls(files.Read(isSilo, Time), Refusals, Time);
        return Kept(await door.Call(link.OnConnection));
    }
}
