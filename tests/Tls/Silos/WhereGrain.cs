using Orleans.Placement;

namespace StreamForge.Tests.Tls.Silos;

public interface IWhereGrain : IGrainWithIntegerKey
{
    /// <summary>The silo that it lives in, and what it was told.</summary>
    Task<string> Where(string said);
}

[RandomPlacement]
public sealed class WhereGrain : Grain, IWhereGrain
{
    public Task<string> Where(string said) => Task.FromResult($"{RuntimeIdentity} {said}");
}
