using System.Net;
using Microsoft.Extensions.Hosting;
using StreamForge.ClientApi.Access;
using StreamForge.Hosting.Tls;

namespace StreamForge.Standalone.Commands;

/// <summary>What <c>up</c> was asked for.</summary>
internal sealed record UpOptions
{
    public required int Port { get; init; }

    /// <summary>The IP address that the client API listens on.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The host's environment.</summary>
    public string Environment { get; init; } = Environments.Development;

    public required string DataFolder { get; init; }

    public required int Seed { get; init; }

    public required bool Headless { get; init; }

    /// <summary>Bootstrap servers; none: segment files in the data folder.</summary>
    public string? Kafka { get; init; }

    /// <summary>Connection string; none: files in the data folder.</summary>
    public string? Postgres { get; init; }

    public int? Partitions { get; init; }

    /// <summary>Files to replay; empty: none.</summary>
    public required IReadOnlyList<string> Replay { get; init; }

    /// <summary>Factor, or infinity for as fast as it goes.</summary>
    public required double Speed { get; init; }

    /// <summary>Whose recording it is, where the data does not tell; or whose endpoints to use with <see cref="Endpoint"/>.</summary>
    public string? Venue { get; init; }

    /// <summary>The real venue to connect to.</summary>
    public string? Live { get; init; }

    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>Base address that stands for the venue's own: a simulated exchange in another process.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>With <see cref="Endpoint"/>: its recording has <c>aggTrade</c> in place of <c>trade</c>.</summary>
    public bool AggregateTrades { get; init; }

    /// <summary>The exchange of this process sends frames on command only: tests.</summary>
    public bool LockStep { get; init; }

    /// <summary>The client API's certificate, in place of that of the settings.</summary>
    public HttpsOptions? Https { get; init; }

    /// <summary>Where the client API listens, as far as it matters for who may ask.</summary>
    public AccessPlace Place => AccessPlace.Of(Environment == Environments.Development, Url(https: false));

    public required int Instruments { get; init; }

    public required int Rate { get; init; }

    /// <summary>Where the client API listens, as Kestrel reads it.</summary>
    public string Url(bool https) => $"{(https ? "https" : "http")}://{new IPEndPoint(Address, Port)}";
}
