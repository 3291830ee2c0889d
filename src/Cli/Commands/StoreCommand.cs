using System.CommandLine;
using System.Globalization;
using System.Text;
using Bench.Cli.Execution;
using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Commands;

/// <summary>bench store: what it holds, and freeing what no results refer to.</summary>
internal static class StoreCommand
{
    internal static Command Create()
    {
        var results = new Option<string[]>("--results")
        {
            Description = "More folders with results, beside those under results/.",
            DefaultValueFactory = _ => [],
        }.NotEmpty();
        var delete = new Option<bool>("--delete") { Description = "Free it; without this it is only shown." };
        var gc = new Command("gc", "Show which entries no results refer to, and free them with --delete.")
        {
            results,
            delete,
        };
        gc.SetAction(parsed => Collect(parsed.GetValue(results)!, parsed.GetValue(delete)));
        return new Command("store", "Results of units, and freeing those that no results folder refers to.") { gc };
    }

    private static int Collect(string[] more, bool delete)
    {
        var place = Workplace.Current;
        var own = Path.Combine(place.Root, "results");
        var (wanted, looked) = Wanted(place, own, more, delete);
        var (kept, freed, keptBytes, freedBytes) = (0, 0, 0L, 0L);
        foreach (var entry in place.Store.Entries(examined: false).ToArray())
        {
            if (wanted.Contains(entry.Key))
            {
                (kept, keptBytes) = (kept + 1, keptBytes + entry.Bytes);
                continue;
            }

            (freed, freedBytes) = (freed + 1, freedBytes + entry.Bytes);
            if (delete)
                place.Store.Remove(entry.Key);
        }

        var others = more.Length > 0 ? ", " + string.Join(", ", more) : "; --results names others";
        Console.WriteLine(
            $"{kept} entries that results refer to: {MiB(keptBytes)} ({looked} folders: those under {own}{others})"
        );
        if (Workplace.StoreLimit is { } most)
            Console.WriteLine($"BENCH_STORE_GIB allows {MiB(most)}");
        var then =
            delete ? ", freed"
            : freed > 0 ? "; --delete frees them, and runs compute them anew"
            : "";
        Console.WriteLine($"{freed} others: {MiB(freedBytes)}{then}");
        return ExitCodes.Done;
    }

    // The fingerprints that results refer to, and the number of folders that hold results.
    private static (HashSet<string> Fingerprints, int Folders) Wanted(
        Workplace place,
        string own,
        string[] more,
        bool delete
    )
    {
        var wanted = new HashSet<string>(StringComparer.Ordinal);
        var looked = 0;
        foreach (var folder in (Directory.Exists(own) ? Directory.GetDirectories(own) : []).Concat(more))
        {
            if (new ResultsFolder(folder).ReadManifest() is { } manifest)
            {
                looked++;
                wanted.UnionWith(FingerprintsOf(place, folder, manifest, delete));
            }
            else if (more.Contains(folder))
                throw new UsageException(
                    $"there are no results in {folder}",
                    "give the folder that holds manifest.json"
                );
        }

        return (wanted, looked);
    }

    // The units that results were made from, whatever has become of the experiment's file since.
    private static IEnumerable<string> FingerprintsOf(Workplace place, string folder, Manifest manifest, bool delete)
    {
        var file =
            place.FindExperiment(manifest.Experiment)
            ?? Path.Combine(place.Root, "experiments", manifest.Experiment, "experiment.yaml");
        try
        {
            var spec = ExperimentFile.Parse(Encoding.UTF8.GetBytes(manifest.Spec), file);
            return [.. Planner.Make(spec, place.Files(file)).Units.Select(unit => unit.Fingerprint.Text)];
        }
        catch (SpecException error)
        {
            var unknown = $"{folder}: its units are not known, since it cannot be planned here ({error.Message})";
            if (delete)
                throw new UsageException(unknown, "mend that, or move the folder away");
            Console.Error.WriteLine($"bench: {unknown}; it is counted among the others");
            return [];
        }
    }

    private static string MiB(double bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB");
}
