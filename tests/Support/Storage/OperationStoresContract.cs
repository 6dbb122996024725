using StreamForge.Silo.Storage;

namespace StreamForge.Tests.Support.Storage;

/// <summary>The stores of operators' work under test.</summary>
public abstract class OperationStoresFixture : IAsyncDisposable
{
    /// <summary>The stores; other objects after <see cref="Reopen"/>.</summary>
    public abstract OperationStores Stores { get; }

    /// <summary>Closes them and opens them again over the same data.</summary>
    public abstract ValueTask Reopen();

    public abstract ValueTask DisposeAsync();
}

/// <summary>What all contracts of these stores begin with: empty ones.</summary>
public abstract class OperationStoresContract : IAsyncLifetime
{
    protected OperationStoresFixture Fixture { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A fixture over empty stores.</summary>
    protected abstract ValueTask<OperationStoresFixture> CreateFixture();

    public async ValueTask InitializeAsync() => Fixture = await CreateFixture();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Fixture is not null)
            await Fixture.DisposeAsync();
    }
}
