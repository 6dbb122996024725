using StreamForge.Contracts.Clients;

namespace StreamForge.Grains.Clients;

/// <summary>The words of registers, on topics, in requests to sources and in addresses.</summary>
public static class RegisterWords
{
    /// <summary>All registers, in their order.</summary>
    public static IReadOnlyList<Register> All { get; } = Enum.GetValues<Register>();

    public static string Of(Register register) => register switch
    {
        Register.Accounts => "accounts",
        Register.Orders => "orders",
        Register.Loans => "loans",
        Register.Cards => "cards",
        Register.Limits => "limits",
        Register.Authorities => "authorities",
        Register.Parties => "parties",
        _ => throw new ArgumentOutOfRangeException(nameof(register), register, null),
    };

    /// <summary>The register of a word; none where there is no such.</summary>
    public static Register? Find(string word)
    {
        foreach (var register in All)
            if (Of(register) == word)
                return register;
        return null;
    }

    /// <summary>The word of one entry: the type of a change.</summary>
    public static string OneOf(Register register) => register switch
    {
        Register.Accounts => "account",
        Register.Orders => "order",
        Register.Loans => "loan",
        Register.Cards => "card",
        Register.Limits => "limit",
        Register.Authorities => "authority",
        Register.Parties => "party",
        _ => throw new ArgumentOutOfRangeException(nameof(register), register, null),
    };

    /// <summary>The register whose entries are called so; none where there is no such.</summary>
    public static Register? FindOne(string word)
    {
        foreach (var register in All)
            if (OneOf(register) == word)
                return register;
        return null;
    }
}
