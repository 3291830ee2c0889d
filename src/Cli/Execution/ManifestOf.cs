using System.Reflection;
using System.Runtime.InteropServices;
using Bench.Lab.Runs;
using Bench.Lab.Teachers;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Licences;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Cli.Execution;

/// <summary>Describes this machine and this code for a manifest.</summary>
internal static class ManifestOf
{
    private static readonly string[] Packages = ["TorchSharp", "ScottPlot", "Microsoft.ML.OnnxRuntime", "OpenAI", "Polly.Core", "Google.Protobuf", "CsvHelper", "MathNet.Numerics", "YamlDotNet", "System.CommandLine", "Spectre.Console"];

    internal static Manifest This(Plan plan, CodeVersion code, TeacherFiles files) =>
        Of(plan.Spec, code, files, plan.Teachers.ToDictionary(unit => unit.Run, unit => unit.Fingerprint.Text));

    private static Manifest Of(ExperimentSpec spec, CodeVersion code, TeacherFiles files, IReadOnlyDictionary<string, string> teachers) => new()
    {
        TeacherUnits = teachers,
        Experiment = spec.Name,
        Spec = spec.Text,
        SpecSha256 = spec.FileHash,
        Commit = code.Commit,
        Dirty = code.Dirty,
        Packages = Packages.ToDictionary(name => name, name => Workplace.Providers == "system" && name is ("TorchSharp" or "ScottPlot") ? "system provider" : VersionOf(name)),
        Provider = code.Provider,
        Cpu = Cpu(),
        Cores = Environment.ProcessorCount,
        Device = spec.Device,
        OperatingSystem = RuntimeInformation.OSDescription,
        Runtime = RuntimeInformation.FrameworkDescription,
        Data = files.Hashes,
        Licences = spec.Teachers.ToDictionary(teacher => teacher.Name, LicenceGate.Inherited),
        Boundary = [.. spec.Boundary.Select(Charge.NameOf)],
        Prices = $"{spec.Prices.Name}: {spec.Prices.Basis}",
    };

    internal static string Cpu() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString()
        : RuntimeInformation.ProcessArchitecture.ToString();

    private static string VersionOf(string assembly) => Assembly.Load(assembly).GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
