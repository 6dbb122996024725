using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace StreamForge.ClientApi.Access.Keys;

/// <summary>
/// Keys that the issuer publishes, beside those of the configuration. Fetched when they are first needed, then in the background; while they
/// cannot be fetched the last ones count.
/// </summary>
internal sealed class PublishedKeys : KeyRing, IDisposable
{
    private const int LongestDocument = 1 << 20;

    private readonly HttpClient _http;
    private readonly ConfigurationManager<KeySet> _manager;
    private readonly ILogger _logger;

    public PublishedKeys(AccessOptions options, IReadOnlyList<SecurityKey> configured, ILogger logger)
    {
        _logger = logger;
        _http = new HttpClient { Timeout = options.KeyTimeout, MaxResponseContentBufferSize = LongestDocument };
        var address = options.Metadata ?? options.Jwks ?? throw new ArgumentException("There is no address of keys.", nameof(options));
        // Http was allowed on loopback, and only there.
        var documents = new HttpDocumentRetriever(_http) { RequireHttps = address.Scheme == Uri.UriSchemeHttps };
        var retriever = new KeySetRetriever(options.Metadata is not null ? options.Issuer : null, configured);
        _manager = new ConfigurationManager<KeySet>(address.AbsoluteUri, retriever, documents)
        {
            AutomaticRefreshInterval = options.KeyRefresh,
            RefreshInterval = options.KeyRefreshPause,
        };
    }

    public override async ValueTask<IReadOnlyList<SecurityKey>> Get(CancellationToken cancellation)
    {
        try
        {
            return (await _manager.GetConfigurationAsync(cancellation)).Keys;
        }
        catch (InvalidOperationException error)
        {
            Log.KeysUnavailable(_logger, error.InnerException?.Message ?? error.Message);
            throw new KeysUnavailableException(error);
        }
    }

    public override void LookAgain() => _manager.RequestRefresh();

    public void Dispose() => _http.Dispose();

    private sealed record KeySet(IReadOnlyList<SecurityKey> Keys);

    /// <param name="issuer">Where there is metadata: whose it must be.</param>
    /// <param name="configured">Keys that count besides.</param>
    private sealed class KeySetRetriever(string? issuer, IReadOnlyList<SecurityKey> configured) : IConfigurationRetriever<KeySet>
    {
        public async Task<KeySet> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var published = issuer is null
                ? new JsonWebKeySet(await retriever.GetDocumentAsync(address, cancel)).GetSigningKeys()
                : await FromMetadata(address, issuer, retriever, cancel);
            // A secret that is published is none.
            return new KeySet([.. configured, .. published.Where(key => key is not SymmetricSecurityKey && KeyAlgorithms.IsStrong(key))]);
        }

        private static async Task<IEnumerable<SecurityKey>> FromMetadata(
            string address, string issuer, IDocumentRetriever retriever, CancellationToken cancel)
        {
            var metadata = await OpenIdConnectConfigurationRetriever.GetAsync(address, retriever, cancel);
            return metadata.Issuer == issuer
                ? metadata.SigningKeys
                : throw new InvalidOperationException($"The metadata is that of '{metadata.Issuer}', not of '{issuer}'.");
        }
    }
}
