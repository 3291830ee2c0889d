using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Bench.Lab.Checkpoints;
using Bench.Lab.Measurement;
using Bench.Lab.UnitExecution;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Licences;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Cli.Execution;

/// <summary>Describes this machine and this code for a manifest.</summary>
internal static class MachineManifest
{
    private static readonly string[] Packages =
    [
        "TorchSharp",
        "ScottPlot",
        "Microsoft.ML.OnnxRuntime",
        "OpenAI",
        "Polly.Core",
        "Google.Protobuf",
        "CsvHelper",
        "MathNet.Numerics",
        "YamlDotNet",
        "System.CommandLine",
        "Spectre.Console",
    ];

    internal static Manifest This(Plan plan, CodeVersion code, CheckpointFiles files) =>
        Of(plan.Spec, code, files, plan.Teachers.ToDictionary(unit => unit.Run, unit => unit.Fingerprint.Text));

    private static Manifest Of(
        ExperimentSpec spec,
        CodeVersion code,
        CheckpointFiles files,
        IReadOnlyDictionary<string, string> teachers
    ) =>
        new()
        {
            TeacherUnits = teachers,
            Experiment = spec.Name,
            Spec = spec.Text,
            SpecSha256 = spec.FileHash,
            RegistrationSha256 = RegistrationCheck.FileOf(spec.File) is { } registration
                ? Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(registration)))
                : null,
            Commit = code.Commit,
            Dirty = code.Dirty,
            Packages = Packages.ToDictionary(name => name, VersionOf),
            Tensors = code.Tensors,
            Cpu = Processor.Name,
            Cores = Environment.ProcessorCount,
            Device = spec.Device,
            OperatingSystem = RuntimeInformation.OSDescription,
            Runtime = RuntimeInformation.FrameworkDescription,
            Data = files.Hashes,
            Licences = spec.Teachers.ToDictionary(teacher => teacher.Name, LicenceGate.Inherited),
            Boundary = [.. spec.Boundary.Kinds.Select(Charge.NameOf)],
            Prices = $"{spec.Prices.Name}: {spec.Prices.Basis}",
        };

    /// <summary>
    /// In what the circumstances of results differ, as far as results depend on it: one and the same gives the same to
    /// the bit.
    /// </summary>
    internal static IReadOnlyList<string> Differences(Manifest then, Manifest now)
    {
        var differences = new List<string>();
        void Compare(string what, string before, string after)
        {
            if (before != after)
                differences.Add($"{what} {before} then, {after} now");
        }

        Compare("tensors", then.Tensors, now.Tensors);
        Compare("processor", then.Cpu, now.Cpu);
        Compare("device", then.Device, now.Device);
        foreach (var (file, hash) in then.Data.Where(pair => now.Data.ContainsKey(pair.Key)))
            Compare(file, hash, now.Data[file]);
        return differences;
    }

    internal static string VersionOf(string assembly) =>
        Assembly
            .Load(assembly)
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0]
        ?? "unknown";
}
