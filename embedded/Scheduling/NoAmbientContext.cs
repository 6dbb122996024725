namespace StreamForge.Embedded.Scheduling;

/// <summary>While it is not disposed, what is started does not take the caller's ambient values (AsyncLocal) along.</summary>
internal readonly struct NoAmbientContext : IDisposable
{
    private readonly bool _restores;

    private NoAmbientContext(bool restores) => _restores = restores;

    public static NoAmbientContext Enter()
    {
        if (ExecutionContext.IsFlowSuppressed())
            return default;
        ExecutionContext.SuppressFlow();
        return new(restores: true);
    }

    public void Dispose()
    {
        if (_restores)
            ExecutionContext.RestoreFlow();
    }
}
