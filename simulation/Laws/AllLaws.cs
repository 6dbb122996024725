namespace StreamForge.Simulation.Laws;

/// <summary>The laws of the design that a run is held to.</summary>
internal static class AllLaws
{
    public static IReadOnlyList<Law> Create() =>
    [
        new DurableLaw(), new BookLaw(), new TradeLaw(), new WatermarkLaw(), new AnswerLaw(), new PartitionLaw(), new MercyLaw(),
        new OneWriterLaw(), new ProvenanceLaw(), new PauseLaw(), new LetterLaw(), new BranchWatch(),
    ];
}
