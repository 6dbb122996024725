namespace StreamForge.Contracts.Clients;

/// <summary>
/// What is known of a client, by the business process that owns it: each is a state stream of its own, with a sequence of its own for
/// every client.
/// </summary>
public enum Register
{
    /// <summary>Accounts with balance and holds; from <see cref="ClientTopics.Accounts"/>.</summary>
    Accounts = 0,

    /// <summary>Standing orders; from <see cref="ClientTopics.Orders"/>.</summary>
    Orders = 1,

    /// <summary>From <see cref="ClientTopics.Loans"/>.</summary>
    Loans = 2,

    /// <summary>From <see cref="ClientTopics.Cards"/>.</summary>
    Cards = 3,

    /// <summary>From <see cref="ClientTopics.Limits"/>.</summary>
    Limits = 4,

    /// <summary>Who may see which account, and who may sign; from <see cref="ClientTopics.Authorities"/>.</summary>
    Authorities = 5,

    /// <summary>Personal and company details; from <see cref="ClientTopics.Parties"/>.</summary>
    Parties = 6,
}

/// <summary>The topics of the bank's path: keyed by client, all with the same number of partitions.</summary>
public static class ClientTopics
{
    public const string Accounts = "bank.accounts";
    public const string Postings = "bank.postings";
    public const string Orders = "bank.orders";
    public const string Loans = "bank.loans";
    public const string Cards = "bank.cards";
    public const string Limits = "bank.limits";
    public const string Authorities = "crm.authorities";
    public const string Parties = "mdm.parties";

    /// <summary>What sources answered when they were asked about one client: so the log stays the one way in.</summary>
    public const string Answers = "client.answers";

    /// <summary>All that feed clients, in a fixed order.</summary>
    public static System.Collections.Immutable.ImmutableArray<string> All { get; } =
        [Accounts, Postings, Orders, Loans, Cards, Limits, Authorities, Parties, Answers];

    /// <summary>The topic that a register's changes come by.</summary>
    public static string Of(Register register) => register switch
    {
        Register.Accounts => Accounts,
        Register.Orders => Orders,
        Register.Loans => Loans,
        Register.Cards => Cards,
        Register.Limits => Limits,
        Register.Authorities => Authorities,
        Register.Parties => Parties,
        _ => throw new ArgumentOutOfRangeException(nameof(register), register, null),
    };
}

/// <summary>The systems that the bank's topics are from.</summary>
public static class ClientSources
{
    public const string CoreBank = "core-bank";
    public const string Crm = "crm";
    public const string Mdm = "mdm";

    /// <summary>The system whose word on a topic counts.</summary>
    public static string Of(string topic) => topic switch
    {
        ClientTopics.Authorities => Crm,
        ClientTopics.Parties => Mdm,
        _ => CoreBank,
    };
}
