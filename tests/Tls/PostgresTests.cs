using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using StreamForge.Development;
using StreamForge.Silo.Storage;
using StreamForge.Silo.Storage.PostgreSql;
using StreamForge.Tests.Support;
using StreamForge.Tests.Support.Tls;

namespace StreamForge.Tests.Tls;

/// <summary>PostgreSQL over TLS by the connection string of docs/security.md, on a server of the test's own.</summary>
public sealed class PostgresTests
{
    [Fact]
    public async Task A_connection_string_with_VerifyFull_reaches_the_server_that_it_names_and_no_other()
    {
        var programs = PostgresCluster.FindPrograms();
        Assert.SkipWhen(programs is null, "PostgreSQL is not installed (initdb, pg_ctl).");
        using var folder = new TempFolder();
        var authority = new TestAuthority("database", TimeProvider.System);
        var certificate = authority.Issue(["localhost"]);
        var (server, key, trusted, foreign) = (File("server.crt"), File("server.key"), File("ca.crt"), File("foreign.crt"));
        string File(string name) => Path.Combine(folder.Path, name);
        await System.IO.File.WriteAllTextAsync(server, certificate.Pem);
        await System.IO.File.WriteAllTextAsync(key, certificate.KeyPem);
        await System.IO.File.WriteAllTextAsync(trusted, authority.Pem);
        await System.IO.File.WriteAllTextAsync(foreign, new TestAuthority("foreign", TimeProvider.System).Pem);
        LetServerRead(folder.Path, key);
        var port = FreePort();
        using var postgres = PostgresCluster.Create(
            programs!, "listen_addresses='localhost'", $"port={port}", "ssl=on", $"ssl_cert_file='{server}'", $"ssl_key_file='{key}'");

        var named = $"Host=localhost;Port={port};Username=postgres;Database=postgres;SSL Mode=VerifyFull;Root Certificate={trusted}";
        await using (await Open(named))
        await using (var source = Npgsql.NpgsqlDataSource.Create(named))
        await using (var command = source.CreateCommand("select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
            Assert.Equal(true, await command.ExecuteScalarAsync());
        await Refused(named.Replace("Host=localhost", "Host=127.0.0.1", StringComparison.Ordinal));
        await Refused(named.Replace(trusted, foreign, StringComparison.Ordinal));
    }

    private static async Task Refused(string connection)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => Open(connection));
        Assert.True(error is StateStoreException or Npgsql.NpgsqlException, error.ToString());
    }

    private static Task<PostgresDatabase> Open(string connection) => PostgresDatabase.Open(
        new PostgresOptions { ConnectionString = connection }, TimeProvider.System, NullLogger<PostgresDatabase>.Instance, CancellationToken.None);

    /// <summary>Under root the server is another user, and wants its key to be its own.</summary>
    private static void LetServerRead(string folder, string key)
    {
        Run("chmod", "600", key);
        if (Environment.UserName != "root")
            return;
        Run("chmod", "755", folder);
        Run("chown", "postgres", key);
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
