using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Access;
using StreamForge.Tests.Api.Hosting;

namespace StreamForge.Tests.Api.Access;

/// <summary>Tokens and keys stand in no log, no answer and no metric, at whatever level is logged.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task Neither_tokens_nor_keys_are_written_anywhere()
    {
        var logged = new CapturedLog();
        using var rsa = RSA.Create(2_048);
        var issuer = new TestIssuer();
        await using var server = await KeyServer.Start();
        server.IsDown = true;
        await using var host = await ApiHost.Start(ApiHost.Rules(new AccessOptions().Takes(issuer)), logging: logged);
        await using var other = await ApiHost.Start(
            ApiHost.Rules(new AccessOptions { Issuer = TestIssuer.Name, Audience = TestIssuer.Audience, Jwks = server.Jwks }), logging: logged);
        string[] tokens =
        [
            issuer.Token("reader"), issuer.Token("operator", token => token.Expires = DateTime.UtcNow.AddMinutes(-5)),
            issuer.Token(null), new TestIssuer().Token("operator"), issuer.Token("operator", token => token.SigningCredentials = null),
            new TestIssuer(new RsaSecurityKey(rsa), "RS256").Token("reader", token => token.Audience = "elsewhere"),
        ];
        var said = new List<string>();
        foreach (var token in tokens)
            foreach (var asked in new[] { host, other })
            {
                using var answer = await asked.Get("/v1/instruments", ("Authorization", $"Bearer {token}"));
                said.Add($"{answer.Headers} {answer.Content.Headers} {await answer.Content.ReadAsStringAsync()}");
            }
        said.Add(await (await host.Get("/metrics", ("Authorization", $"Bearer {tokens[0]}"))).Content.ReadAsStringAsync());
        said.AddRange(logged.Lines);

        // The capture works, and goes to the lowest level.
        Assert.Contains(logged.Lines, line => line.Contains("/v1/instruments", StringComparison.Ordinal));
        Assert.Contains(logged.Lines, line => line.StartsWith("Trace", StringComparison.Ordinal) || line.StartsWith("Debug", StringComparison.Ordinal));
        foreach (var secret in tokens.SelectMany(token => token.Split('.')).Append(Convert.ToBase64String(issuer.Secret)).Where(part => part.Length > 20))
            Assert.DoesNotContain(said, text => text.Contains(secret, StringComparison.Ordinal));
    }

    private sealed class CapturedLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public IEnumerable<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
            // It holds nothing but its lines.
        }
    }
}
