using StreamForge.Bench;

// ./platform bench VERB [options]: each verb is a class of its own that returns figures and knows nothing of printing.
return await Verbs.Run(args);
