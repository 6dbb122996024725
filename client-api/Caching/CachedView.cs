using StreamForge.ClientApi.Rendering;

namespace StreamForge.ClientApi.Caching;

/// <summary>One answer's place in the cache: reads are shared, and bytes are used again while the content is the same.</summary>
internal abstract class CachedView
{
    /// <summary>The answer as of now; null where nothing is known of the entity.</summary>
    public abstract Task<RenderedView?> Read();

    /// <summary>The answer that was given last, marked as no longer confirmed; null where none was.</summary>
    public abstract RenderedView? Recall();

    /// <summary>Bytes that are kept.</summary>
    public abstract int Bytes { get; }
}

/// <inheritdoc/>
internal sealed class CachedView<TView> : CachedView
    where TView : class
{
    private readonly ViewShape<TView> _shape;
    private readonly Func<Task<TView>> _ask;
    private readonly Action<int> _rendered;
    private readonly SharedRead<RenderedView?> _shared;
    private volatile Rendering? _last;

    /// <param name="shape">How the view is rendered.</param>
    /// <param name="ask">Asks the grain.</param>
    /// <param name="rendered">Told the number of bytes whenever some were rendered.</param>
    public CachedView(ViewShape<TView> shape, Func<Task<TView>> ask, Action<int> rendered)
    {
        _shape = shape;
        _ask = ask;
        _rendered = rendered;
        _shared = new SharedRead<RenderedView?>(AskAndRender);
    }

    public override Task<RenderedView?> Read() => _shared.Read();

    public override RenderedView? Recall() => _last is { } last
        ? RenderedView.Render(_shape, _shape.Unconfirmed(last.View), last.Rendered)
        : null;

    public override int Bytes => _last?.Rendered.Body.Length ?? 0;

    // Never runs twice at once: the shared read sees to it.
    private async Task<RenderedView?> AskAndRender()
    {
        var view = await _ask();
        if (_last is { } last)
        {
            if (ReferenceEquals(last.View, view))
                return last.Rendered;
            if (_shape.SameContent(last.View, view))
                return Keep(view, RenderedView.Render(_shape, view, last.Rendered));
        }
        return _shape.IsUnknown(view) ? null : Keep(view, RenderedView.Render(_shape, view, sameContent: null));
    }

    private RenderedView Keep(TView view, RenderedView rendered)
    {
        _last = new Rendering(view, rendered);
        _rendered(rendered.Body.Length);
        return rendered;
    }

    private sealed record Rendering(TView View, RenderedView Rendered);
}
