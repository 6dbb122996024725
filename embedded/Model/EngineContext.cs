namespace Orleans.Runtime;

/// <summary>What a grain asks of its activation beyond what Orleans' <see cref="IGrainContext"/> has.</summary>
internal interface IEngineContext : IGrainContext
{
    IGrainTimer RegisterTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options);

    void DelayDeactivation(TimeSpan time);

    TGrainInterface Reference<TGrainInterface>()
        where TGrainInterface : IAddressable;
}

/// <summary>A task scheduler that runs the turns of one activation: where a task runs tells whose it is.</summary>
internal interface IActivationScheduler
{
    IEngineContext? Context { get; }
}

internal static class EngineContext
{
    /// <summary>The activation whose turn runs here.</summary>
    /// <exception cref="InvalidOperationException">No turn runs here.</exception>
    public static IEngineContext Current =>
        (TaskScheduler.Current as IActivationScheduler)?.Context
        ?? throw new InvalidOperationException("Grains are constructed by their engine, within an activation.");

    public static IEngineContext Of(IGrainBase grain) => (IEngineContext)grain.GrainContext;
}
