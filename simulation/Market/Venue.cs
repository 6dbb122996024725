using System.Globalization;
using System.Text;
using StreamForge.Embedded.Simulation;
using StreamForge.Simulation.World;

namespace StreamForge.Simulation.Market;

/// <summary>
/// The simulated venue: instruments that change, messages to whoever listens, answers to who asks. It keeps its own books of all that
/// it published, and counts what is asked of it.
/// </summary>
internal sealed class Venue
{
    private const int QuietOdds = 12;
    private readonly SimulatedWorld _world;
    private readonly Weather _weather;
    private readonly Reach _reach;
    private readonly Story _story;
    private readonly Random _random;
    private readonly int _speed;
    private readonly List<VenueInstrument> _instruments = [];
    private readonly List<(int Behind, Action Send)> _late = [];
    private readonly DateTimeOffset _start;
    private VenueLink? _link;

    /// <param name="speed">How much faster its own time of day goes: so that minutes of candles come to their end.</param>
    public Venue(SimulatedWorld world, Weather weather, Reach reach, Story story, MarketTruth truth, int seed, int speed)
    {
        (_world, _weather, _reach, _story, _random, _speed) = (world, weather, reach, story, new Random(seed), speed);
        _start = world.Time.GetUtcNow();
        foreach (var instrument in truth.Instruments)
            _instruments.Add(new VenueInstrument(instrument.Instrument[(instrument.Instrument.IndexOf(':') + 1)..], instrument, _random));
        Truth = truth;
    }

    public MarketTruth Truth { get; }

    public IReadOnlyList<VenueInstrument> Instruments => _instruments;

    /// <summary>Its own time of day at the beginning.</summary>
    public DateTimeOffset Opened => _start;

    /// <summary>Its own time of day.</summary>
    public DateTimeOffset Now => _start + (_world.Elapsed * _speed);

    /// <summary>Changes and trades that were published.</summary>
    public long Events { get; private set; }

    public VenueInstrument? Find(string symbol) => _instruments.Find(i => i.Symbol == symbol);

    /// <summary>A listener connects; the one before it is cut off.</summary>
    public VenueLink Connect()
    {
        _link?.Close("somebody else connected");
        return _link = new VenueLink(_world, _weather, _reach);
    }

    /// <summary>The venue cuts the connection.</summary>
    public void Disconnect() => _link?.Close("the venue closed the connection");

    /// <summary>Something happens in the market.</summary>
    public void Step()
    {
        // The last one is quiet: what it does not say for a while must be known by other means.
        var at = _random.Next(_instruments.Count);
        if (at == _instruments.Count - 1 && _random.Next(QuietOdds) > 0)
            at = _random.Next(_instruments.Count - 1);
        Step(_instruments[at]);
    }


    /// <summary>Something happens in every instrument.</summary>
    public void StepAll()
    {
        foreach (var instrument in _instruments)
        {
            PublishDiff(instrument, 3);
            PublishTrade(instrument);
        }
    }

    /// <summary>A change of many levels and many trades at once.</summary>
    public void Avalanche(int target, int size)
    {
        var instrument = _instruments[target % _instruments.Count];
        PublishDiff(instrument, size * 4);
        for (var i = 0; i < size; i++)
            Step(instrument);
    }

    /// <summary>A message that no rule allows goes out under an instrument's name.</summary>
    public void Poison(int target, int kind)
    {
        var instrument = _instruments[target % _instruments.Count];
        var now = Milliseconds;
        var text = (kind % 4) switch
        {
            // A negative quantity, a diff that covers nothing, a trade from a far future, bytes that are no message.
            0 => $$$"""{"e":"trade","E":{{{now}}},"s":"{{{instrument.Symbol}}}","t":1,"p":"1.00","q":"-1","T":{{{now}}},"m":true}""",
            1 => $$$"""{"e":"depthUpdate","E":{{{now}}},"s":"{{{instrument.Symbol}}}","U":9,"u":3,"b":[],"a":[]}""",
            2 => $$$"""{"e":"depthUpdate","E":{{{now}}},"s":"{{{instrument.Symbol}}}","U":1,"u":5,"b":[["-5","1"]],"a":[]}""",
            _ => "{\"e\":\"trade\",\"E\":" + new string('9', 40),
        };
        _link?.Send(new LinkSign(Encoding.UTF8.GetBytes(text), instrument.Instrument, 0, null));
    }

    private void Step(VenueInstrument instrument)
    {
        if (_random.Next(10) < 3)
            PublishTrade(instrument);
        else
            PublishDiff(instrument, 1 + _random.Next(4));
        if (_random.Next(4) == 0)
        {
            var sequence = instrument.Sequence;
            Send(instrument, $"ticker {sequence}", instrument.Ticker(), at => instrument.Truth.SentBook(at, sequence));
        }
    }

    private void PublishDiff(VenueInstrument instrument, int changes)
    {
        Events++;
        var frame = instrument.Diff(Milliseconds, changes);
        var sequence = instrument.Sequence;
        Send(instrument, $"diff {sequence}", frame, at => instrument.Truth.SentBook(at, sequence));
    }

    private void PublishTrade(VenueInstrument instrument)
    {
        Events++;
        var frame = instrument.Trade(Milliseconds);
        var id = instrument.TradeId;
        Send(instrument, $"trade {id}", frame, at => instrument.Truth.SentTrade(at, id));
    }

    /// <summary>Sends a message as well as the source does: it may lose it, send it twice, late or damaged.</summary>
    /// <param name="sent">Told when it was sent whole: from then on the platform can know of it.</param>
    private void Send(VenueInstrument instrument, string what, string frame, Action<TimeSpan> sent)
    {
        var bytes = Encoding.UTF8.GetBytes(frame);
        if (Strikes(Trouble.FrameLost))
        {
            Tell("loses");
            return;
        }

        if (Strikes(Trouble.FrameDamaged))
        {
            Tell("damages");
            _link?.Send(new LinkSign(bytes[..(bytes.Length / 2)], instrument.Instrument, 0, null));
            return;
        }

        void Now()
        {
            Tell("sends");
            sent(_world.Elapsed);
            _link?.Send(new LinkSign(bytes, instrument.Instrument, 0, null));
        }

        if (Strikes(Trouble.FrameLate))
        {
            Tell("delays");
            _late.Add((1 + _random.Next(4), Now));
            return;
        }

        void Tell(string does)
        {
            if (_story.IsTold)
                _story.Tell($"the venue {does} {instrument.Instrument} {what}");
        }

        Now();
        if (Strikes(Trouble.FrameTwice))
            Now();
        for (var i = _late.Count - 1; i >= 0; i--)
        {
            var (behind, send) = _late[i];
            _late[i] = (behind - 1, send);
            if (behind > 1)
                continue;
            _late.RemoveAt(i);
            send();
        }
    }

    private bool Strikes(string kind)
    {
        if (!_weather.Strikes(kind))
            return false;
        _reach.Count("strike/" + kind);
        return true;
    }

    /// <summary>A change in a message that is large for what it says.</summary>
    public void Large(int target, int bytes)
    {
        var instrument = _instruments[target % _instruments.Count];
        Events++;
        var frame = instrument.Diff(Milliseconds, 1);
        var sequence = instrument.Sequence;
        Send(instrument, $"large diff {sequence}", frame[..^2] + $",\"padding\":\"{new string('x', bytes)}\"}}}}",
            at => instrument.Truth.SentBook(at, sequence));
    }

    private long Milliseconds => Now.ToUnixTimeMilliseconds();
}
