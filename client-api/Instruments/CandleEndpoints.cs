using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Instruments;

/// <summary>The address of one instrument's candles.</summary>
internal sealed class CandleEndpoints
{
    private const int DefaultCount = 100;

    private readonly InstrumentReader _reader;
    private readonly TimeProvider _time;
    private readonly int _maxQuery;
    private readonly int _maxCandles;
    private readonly DemandParameters _demand;
    private readonly WordParameter<CandleInterval> _interval;
    private readonly TimeParameter _from;
    private readonly TimeParameter _to;

    public CandleEndpoints(InstrumentReader reader, IOptions<ClientApiOptions> options, TimeProvider time)
    {
        (_reader, _time, _maxQuery, _maxCandles) = (reader, time, options.Value.MaxQueryLength, options.Value.MaxCandles);
        _demand = new DemandParameters(options.Value);
        _interval = new("interval", CommonParameters.Intervals, "1m", "The length of a candle.");
        _from = new("from", $"Candles that open at this time or later; {DefaultCount} intervals before 'to' where it is absent.");
        _to = new("to", $"Candles that open before this time; now where it is absent. At most {_maxCandles} intervals after 'from'.");
        Candles = new("getCandles", "Candles of one instrument, oldest first, those without trades included.",
            _interval, _from, _to, _demand.MaxAge)
        {
            Document = typeof(CandlesDocument),
            Path = [InstrumentId.Parameter],
            IsView = true,
            Problems = [StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable],
        };
    }

    public ApiRoute Candles { get; }

    public Task GetCandles(HttpContext context)
    {
        var problem = RequestCheck.Check(context, Candles, _maxQuery, out var id, out var query);
        return problem is null
            && _interval.TryRead(query, out var interval, out problem)
            && TryReadRange(query, interval ?? CandleInterval.OneMinute, out var range, out problem)
            && _demand.TryRead(query, out var demand, out problem)
            ? InstrumentEndpoints.Answer(
                context, _reader.Candles(id, interval ?? CandleInterval.OneMinute, range.From, range.To, demand), _time)
            : ProblemResponse.Write(context, problem!);
    }

    /// <summary>Reads the range; its ends, where given, stay as they are, and the end by default is that of the running interval.</summary>
    private bool TryReadRange(
        in QueryValues query, CandleInterval interval, out (DateTimeOffset From, DateTimeOffset To) range, out ApiProblem? problem)
    {
        range = default;
        if (!_from.TryRead(query, out var from, out problem) || !_to.TryRead(query, out var to, out problem))
            return false;
        var length = TimeSpan.FromMinutes((int)interval);
        var end = to ?? EndOfRunning(length);
        var start = from ?? Earlier(end, length * Math.Min(DefaultCount, _maxCandles));
        if (start >= end)
            problem = ApiProblem.InvalidParameter(from is null ? _to.Name : _from.Name, "'from' must be before 'to'.");
        else if (end - start > length * _maxCandles)
            problem = ApiProblem.InvalidParameter(_from.Name, $"From 'from' to 'to' there may be {_maxCandles} intervals.");
        range = (start, end);
        return problem is null;
    }

    private DateTimeOffset EndOfRunning(TimeSpan length)
    {
        var now = _time.GetUtcNow().UtcTicks;
        return new DateTimeOffset(now - now % length.Ticks + length.Ticks, TimeSpan.Zero);
    }

    private static DateTimeOffset Earlier(DateTimeOffset time, TimeSpan span) =>
        time - DateTimeOffset.UnixEpoch > span ? time - span : DateTimeOffset.UnixEpoch;
}
