using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using StreamForge.ClientApi.Requests;

namespace StreamForge.ClientApi.Access.Development;

/// <summary>
/// The key of the tokens that a developer's own platform takes: made by chance for each folder of data, readable by its owner only. No other
/// platform knows it, and outside Development none takes it.
/// </summary>
public sealed class DevelopmentKey
{
    /// <summary>The issuer of development tokens; a configuration cannot name it as its own.</summary>
    public const string Issuer = "streamforge-development";

    /// <summary>The name of its file in a folder of data.</summary>
    public const string FileName = "development.key";

    /// <summary>What the file begins with, so that it cannot pass for an issuer's key.</summary>
    internal const string Prefix = "streamforge-development-key:";

    internal const string Audience = "streamforge";

    private const int Bytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private DevelopmentKey(byte[] secret) => Key = new SymmetricSecurityKey(secret);

    internal SymmetricSecurityKey Key { get; }

    /// <summary>The key of a folder of data; made where there is none yet.</summary>
    /// <exception cref="IOException">It cannot be read or made, or others can read it.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be read or made.</exception>
    /// <exception cref="FormatException">The file holds something else.</exception>
    public static DevelopmentKey OfFolder(string folder)
    {
        var file = Path.Combine(folder, FileName);
        if (!File.Exists(file))
            Make(folder, file);
        return Read(file);
    }

    /// <inheritdoc cref="OfFolder"/>
    public static DevelopmentKey Read(string file)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != UnixFileMode.None)
            throw new IOException($"{file} can be read or written by others: chmod 600 it, or delete it and a new one is made.");
        var text = File.ReadAllText(file).Trim();
        var secret = new byte[Bytes];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)
            || !Convert.TryFromBase64String(text[Prefix.Length..], secret, out var length) || length != Bytes)
            throw new FormatException($"{file} is no development key: delete it and a new one is made.");
        return new DevelopmentKey(secret);
    }

    /// <summary>A token that platforms on this folder of data take.</summary>
    /// <param name="name">Who it is for: what an action is kept under.</param>
    /// <param name="scope">What it allows.</param>
    /// <param name="now">When it begins to count.</param>
    /// <param name="life">How long it counts.</param>
    public string Token(string name, ApiScope scope, DateTimeOffset now, TimeSpan life) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + life).UtcDateTime,
            Subject = new ClaimsIdentity([new Claim("sub", name), new Claim("scope", TokenScopes.WordOf(scope))]),
            SigningCredentials = new SigningCredentials(Key, SecurityAlgorithms.HmacSha256),
        });

    /// <summary>Complete or not at all: another process may make one at the same time, and the first one counts.</summary>
    private static void Make(string folder, string file)
    {
        Directory.CreateDirectory(folder);
        var draft = Path.Combine(folder, $".{FileName}.{Path.GetRandomFileName()}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var text = new StreamWriter(draft, options))
            text.WriteLine(Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes)));
        try
        {
            File.Move(draft, file, overwrite: false);
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft);
        }
    }
}
