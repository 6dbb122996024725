namespace StreamForge.Tests.Engine;

/// <summary>What grains tell of themselves, and what tests hold them back with. One for a host; grains get it as a service.</summary>
public sealed class Probe
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<string>> _notes = [];
    private readonly Dictionary<string, TaskCompletionSource> _gates = [];
    private readonly List<(string Key, Func<IReadOnlyList<string>, bool> Condition, TaskCompletionSource Met)> _waiters = [];

    public void Note(string key, string what)
    {
        List<TaskCompletionSource> met = [];
        lock (_lock)
        {
            var notes = NotesOf(key);
            notes.Add(what);
            foreach (var waiter in _waiters.Where(w => w.Key == key && w.Condition(notes)))
                met.Add(waiter.Met);
        }

        foreach (var waiter in met)
            waiter.TrySetResult();
    }

    public string[] Notes(string key)
    {
        lock (_lock)
            return [.. NotesOf(key)];
    }

    public int Count(string key, string what) => Notes(key).Count(note => note == what);

    /// <summary>Completes when the notes of <paramref name="key"/> are as told; fails after a minute.</summary>
    public async Task Until(string key, Func<IReadOnlyList<string>, bool> condition)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (condition(NotesOf(key)))
                return;
            _waiters.Add((key, condition, met));
        }

        try
        {
            await met.Task.WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Never came: {key} has only [{string.Join(", ", Notes(key))}].");
        }
    }

    public Task Until(string key, string what, int times = 1) => Until(key, notes => notes.Count(note => note == what) >= times);

    /// <summary>Completes when <see cref="Open"/> is called for the gate.</summary>
    public Task Gate(string gate)
    {
        lock (_lock)
            return GateOf(gate).Task;
    }

    public void Open(string gate)
    {
        lock (_lock)
            GateOf(gate).TrySetResult();
    }

    private List<string> NotesOf(string key) => _notes.TryGetValue(key, out var notes) ? notes : _notes[key] = [];

    private TaskCompletionSource GateOf(string gate) => _gates.TryGetValue(gate, out var source)
        ? source
        : _gates[gate] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
}
