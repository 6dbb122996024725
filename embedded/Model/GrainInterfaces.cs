using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>Whatever can be called by a reference.</summary>
    public interface IAddressable;

    /// <summary>What an activation is to the grain that lives in it.</summary>
    public interface IGrainContext
    {
        GrainId GrainId { get; }

        /// <summary>The grain; none before it is constructed.</summary>
        object? GrainInstance { get; }

        /// <summary>Services of this activation: scoped ones live as long as it does.</summary>
        IServiceProvider ActivationServices { get; }

        /// <summary>Completes when the activation has ended.</summary>
        Task Deactivated { get; }

        /// <summary>Ends the activation as soon as its running calls have.</summary>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }
}

namespace Orleans
{
    /// <summary>A grain, as callers see it.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain that is named by a text.</summary>
    public interface IGrainWithStringKey : IGrain;

    /// <summary>A grain, as its engine sees it.</summary>
    public interface IGrainBase
    {
        IGrainContext GrainContext { get; }

        /// <summary>Runs before the first call. Throwing fails the calls that wait.</summary>
        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        /// <summary>Runs after the last call; not when the process dies.</summary>
        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }

    /// <summary>Gives references to grains. A reference exists whether or not the grain is active.</summary>
    public interface IGrainFactory
    {
        /// <exception cref="ArgumentException">No grain class, or more than one, implements the interface.</exception>
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
            where TGrainInterface : IGrainWithStringKey;

        TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
            where TGrainInterface : IAddressable;

        /// <exception cref="ArgumentException">No grain class, or more than one, implements the interface.</exception>
        IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);
    }

    /// <summary>Calls from outside of grains.</summary>
    public interface IClusterClient : IGrainFactory
    {
        IServiceProvider ServiceProvider { get; }
    }
}
