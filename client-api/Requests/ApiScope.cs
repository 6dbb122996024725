namespace StreamForge.ClientApi.Requests;

/// <summary>What a caller must be allowed for an address.</summary>
public enum ApiScope
{
    /// <summary>Anybody: what tells nothing of what is held here.</summary>
    None,

    /// <summary>To read.</summary>
    Reader,

    /// <summary>To change how the platform runs, and to see what only those who run it need.</summary>
    Operator,
}
