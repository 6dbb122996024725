using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using StreamForge.ClientApi.Documents;
using StreamForge.ClientApi.Problems;
using StreamForge.ClientApi.Requests;
using StreamForge.Contracts.Market;

namespace StreamForge.ClientApi.Instruments;

/// <summary>The addresses of one instrument's view, book and trades.</summary>
internal sealed class InstrumentEndpoints
{
    private static readonly int[] ViewProblems = [StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable];

    private readonly InstrumentReader _reader;
    private readonly TimeProvider _time;
    private readonly int _maxQuery;
    private readonly DemandParameters _demand;
    private readonly NumberParameter _depth;
    private readonly NumberParameter _limit;

    public InstrumentEndpoints(InstrumentReader reader, IOptions<ClientApiOptions> options, TimeProvider time)
    {
        (_reader, _time, _maxQuery) = (reader, time, options.Value.MaxQueryLength);
        _demand = new DemandParameters(options.Value);
        _depth = new("depth", 1, options.Value.MaxDepth, options.Value.DefaultDepth, "Levels a side.");
        _limit = new("limit", 1, options.Value.MaxTrades, options.Value.DefaultLimit, "At most so many trades.");
        Instrument = new("getInstrument", "Best bid and ask, last trade and statistics of 24 h of one instrument.",
            _demand.MinSequence, _demand.Wait, _demand.MaxAge)
        { Document = typeof(InstrumentDocument), Path = [InstrumentId.Parameter], IsView = true, Problems = ViewProblems };
        Book = new("getBook", "The book of one instrument, best levels first.",
            _depth, _demand.MinSequence, _demand.Wait, _demand.MaxAge)
        { Document = typeof(BookDocument), Path = [InstrumentId.Parameter], IsView = true, Problems = ViewProblems };
        Trades = new("getTrades", "The newest trades of one instrument, newest first.", _limit, _demand.MaxAge)
        { Document = typeof(TradesDocument), Path = [InstrumentId.Parameter], IsView = true, Problems = ViewProblems };
    }

    public ApiRoute Instrument { get; }

    public ApiRoute Book { get; }

    public ApiRoute Trades { get; }

    public Task GetInstrument(HttpContext context)
    {
        var problem = RequestCheck.Check(context, Instrument, _maxQuery, out var id, out var query);
        return problem is null && _demand.TryRead(query, out var demand, out problem)
            ? Answer(context, _reader.Instrument(id, demand), _time)
            : ProblemResponse.Write(context, problem!);
    }

    public Task GetBook(HttpContext context)
    {
        var problem = RequestCheck.Check(context, Book, _maxQuery, out var id, out var query);
        return problem is null
            && _depth.TryRead(query, out var depth, out problem)
            && _demand.TryRead(query, out var demand, out problem)
            ? Answer(context, _reader.Book(id, (int)(depth ?? _depth.Default)!, demand), _time)
            : ProblemResponse.Write(context, problem!);
    }

    public Task GetTrades(HttpContext context)
    {
        var problem = RequestCheck.Check(context, Trades, _maxQuery, out var id, out var query);
        return problem is null
            && _limit.TryRead(query, out var limit, out problem)
            && _demand.TryRead(query, out var demand, out problem)
            ? Answer(context, _reader.Trades(id, (int)(limit ?? _limit.Default)!, demand), _time)
            : ProblemResponse.Write(context, problem!);
    }

    public static async Task Answer(HttpContext context, ValueTask<ViewAnswer> reading, TimeProvider time)
    {
        var answer = await reading;
        if (answer.View is { } view)
            ViewResponse.Write(context, view, time.GetUtcNow());
        else
            await ProblemResponse.Write(context, answer.Problem!);
    }
}
