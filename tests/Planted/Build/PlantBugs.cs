using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Replaces texts of source files as plants say, in copies. A text that is not there exactly once is an error: what a plant claims
/// to break has changed, and whoever changed it has to look.
/// </summary>
public sealed class PlantBugs : Task
{
    private readonly List<ITaskItem> _changed = new List<ITaskItem>();
    private readonly List<ITaskItem> _planted = new List<ITaskItem>();

    [Required]
    public string[] Plants { get; set; }

    [Required]
    public ITaskItem[] Sources { get; set; }

    [Required]
    public string Root { get; set; }

    [Required]
    public string Into { get; set; }

    [Output]
    public ITaskItem[] Changed => _changed.ToArray();

    [Output]
    public ITaskItem[] Planted => _planted.ToArray();

    public override bool Execute()
    {
        var own = Sources.ToLookup(item => item.GetMetadata("FullPath"), StringComparer.Ordinal);
        var hunks = Plants.OrderBy(p => p, StringComparer.Ordinal).SelectMany(Read).ToList();
        foreach (var file in hunks.GroupBy(hunk => hunk.File, StringComparer.Ordinal))
        {
            var source = Path.GetFullPath(Path.Combine(Root, file.Key));
            if (!File.Exists(source))
                Log.LogError("", "", "", file.First().Plant, file.First().Line, 0, 0, 0, "There is no {0}.", file.Key);
            else if (own[source].FirstOrDefault() is ITaskItem item)
                Plant(item, source, file);
        }

        return !Log.HasLoggedErrors;
    }

    private void Plant(ITaskItem item, string source, IEnumerable<Hunk> hunks)
    {
        var lines = File.ReadAllLines(source).ToList();
        foreach (var hunk in hunks)
        {
            var places = Enumerable.Range(0, lines.Count).Where(at => hunk.StandsAt(lines, at)).ToList();
            if (places.Count != 1)
            {
                Log.LogError("", "", "", hunk.Plant, hunk.Line, 0, 0, 0, "{0} holds this {1} times, not once: {2}", hunk.File, places.Count, hunk.Old[0]);
                continue;
            }

            lines.RemoveRange(places[0], hunk.Old.Count);
            lines.InsertRange(places[0], hunk.New);
        }

        var target = Path.Combine(Into, string.Join("__", hunks.First().File.Split('/')));
        var text = string.Join("\n", lines) + "\n";
        Directory.CreateDirectory(Into);
        // Only where it differs, so that what is built already stays so.
        if (!File.Exists(target) || File.ReadAllText(target) != text)
            File.WriteAllText(target, text);
        _changed.Add(item);
        _planted.Add(new TaskItem(target));
    }

    private IEnumerable<Hunk> Read(string plant)
    {
        var isActive = "(global::System.Threading.Thread.GetData(global::System.Threading.Thread.GetNamedDataSlot(\"planted\")) is \""
            + Path.GetFileNameWithoutExtension(plant) + "\")";
        var file = "";
        Hunk hunk = null;
        var number = 0;
        foreach (var line in File.ReadAllLines(plant))
        {
            number++;
            if (line.StartsWith("file: ", StringComparison.Ordinal))
                file = line.Substring(6).Trim();
            var isOld = line.StartsWith("-", StringComparison.Ordinal);
            if (hunk != null && (isOld ? hunk.New.Count > 0 : !line.StartsWith("+", StringComparison.Ordinal)))
            {
                yield return hunk;
                hunk = null;
            }

            if (isOld)
            {
                if (hunk == null)
                    hunk = new Hunk { Plant = plant, File = file, Line = number };
                hunk.Old.Add(line.Substring(1).Trim());
            }
            else if (line.StartsWith("+", StringComparison.Ordinal) && hunk != null)
            {
                hunk.New.Add(line.Substring(1).Replace("PLANTED", isActive));
            }
        }

        if (hunk != null)
            yield return hunk;
    }

    private sealed class Hunk
    {
        public string Plant;
        public string File;
        public int Line;
        public readonly List<string> Old = new List<string>();
        public readonly List<string> New = new List<string>();

        public bool StandsAt(List<string> lines, int at) =>
            at + Old.Count <= lines.Count && Old.Select((old, i) => lines[at + i].Trim() == old).All(same => same);
    }
}
