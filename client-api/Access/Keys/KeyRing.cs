using Microsoft.IdentityModel.Tokens;

namespace StreamForge.ClientApi.Access.Keys;

/// <summary>The keys that an issuer's tokens are proven by, as they stand.</summary>
internal abstract class KeyRing
{
    /// <summary>The same list as long as nothing has changed.</summary>
    /// <exception cref="KeysUnavailableException">They were never fetched, and cannot be now.</exception>
    public abstract ValueTask<IReadOnlyList<SecurityKey>> Get(CancellationToken cancellation);

    /// <summary>A token's key is not among them: look again, in the background and not too often.</summary>
    public abstract void LookAgain();
}

/// <summary>Keys that stay as they are.</summary>
internal sealed class FixedKeys(IReadOnlyList<SecurityKey> keys) : KeyRing
{
    public override ValueTask<IReadOnlyList<SecurityKey>> Get(CancellationToken cancellation) => new(keys);

    public override void LookAgain()
    {
        // There is nowhere to look.
    }
}

/// <summary>Nobody can tell now whether a token is good.</summary>
internal sealed class KeysUnavailableException(Exception inner) : Exception("The issuer's keys cannot be fetched.", inner);
