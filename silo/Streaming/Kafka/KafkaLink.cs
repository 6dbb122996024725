using Microsoft.Extensions.Logging;
using Ck = Confluent.Kafka;

namespace StreamForge.Silo.Streaming.Kafka;

/// <summary>
/// What the clients of one log meet on their way to the brokers, told to people once a change: when no broker answers any more, when
/// one does again, and a sum once a minute in between. A client itself says it again at every attempt.
/// </summary>
internal sealed class KafkaLink(KafkaOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan SumEvery = TimeSpan.FromMinutes(1);
    // What one client still reaches while another does not is no end of it.
    private static readonly TimeSpan QuietBefore = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<Ck.ErrorCode, Spell> _spells = [];
    private volatile bool _away;
    private TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _awaySince;
    private long _lastAway;

    /// <summary>Errors of one kind that follow each other.</summary>
    private sealed class Spell
    {
        public long LastMet;
        public long LastSaid;
        public int Unsaid;
    }

    /// <summary>No broker answers, as far as is known.</summary>
    public bool IsAway => _away;

    /// <summary>Completes when no broker answers any more.</summary>
    public Task Gone => Volatile.Read(ref _gone).Task;

    /// <summary>A client met an error that it goes on after.</summary>
    public void Failed(string client, Ck.Error error)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (error.Code == Ck.ErrorCode.Local_AllBrokersDown)
                _lastAway = now;
            if (error.Code == Ck.ErrorCode.Local_AllBrokersDown && !_away)
            {
                (_away, _awaySince) = (true, now);
                _gone.SetResult();
                logger.BrokersAway(options.BootstrapServers, error.Reason);
                _spells[error.Code] = new Spell { LastMet = now, LastSaid = now };
                return;
            }

            Say(client, error, now);
        }
    }

    /// <summary>A broker did what it was asked for.</summary>
    public void Worked()
    {
        // Asked at every record; the rest is rare.
        if (!_away)
            return;
        lock (_gate)
        {
            if (!_away || time.GetElapsedTime(_lastAway) < QuietBefore)
                return;
            _away = false;
            Volatile.Write(ref _gone, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            logger.BrokersBack(options.BootstrapServers, time.GetElapsedTime(_awaySince), _spells.Values.Sum(static spell => spell.Unsaid));
            _spells.Clear();
        }
    }

    private void Say(string client, Ck.Error error, long now)
    {
        if (_spells.TryGetValue(error.Code, out var spell) && time.GetElapsedTime(spell.LastMet, now) < SumEvery)
        {
            spell.LastMet = now;
            spell.Unsaid++;
            if (time.GetElapsedTime(spell.LastSaid, now) < SumEvery)
                return;
            logger.ClientErrors(client, error.Code.ToString(), error.Reason, spell.Unsaid);
            (spell.LastSaid, spell.Unsaid) = (now, 0);
            return;
        }

        logger.ClientError(client, error.Code.ToString(), error.Reason);
        _spells[error.Code] = new Spell { LastMet = now, LastSaid = now };
    }
}
