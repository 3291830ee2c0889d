using System.Text;
using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Loader;
using Bench.Cli.Commands;
using Bench.Lab.Tensors;
using Bench.Protocol.Units;
using Bench.Report;

namespace Bench.Tests.Architecture;

/// <summary>
/// The folders of src form a directed acyclic graph. Every namespace is a folder, so the compiled types tell.
/// </summary>
public sealed class FolderGraphTests
{
    private static readonly Lazy<SortedDictionary<string, SortedSet<string>>> Graph = new(Read);

    private static SortedDictionary<string, SortedSet<string>> Read()
    {
        var architecture = new ArchLoader()
            .LoadAssemblies(
                typeof(Flops).Assembly,
                typeof(Compute).Assembly,
                typeof(ExperimentReport).Assembly,
                typeof(RunCommand).Assembly
            )
            .Build();
        var graph = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var type in architecture.Types)
        {
            if (FolderOf(type) is not { } folder)
                continue;
            if (!graph.TryGetValue(folder, out var needs))
                graph[folder] = needs = new(StringComparer.Ordinal);
            needs.UnionWith(
                type.GetTypeDependencies().Select(FolderOf).OfType<string>().Where(other => other != folder)
            );
        }

        return graph;
    }

    private static string? FolderOf(IType type) =>
        type.Namespace?.FullName is { } name && name.StartsWith("Bench.", StringComparison.Ordinal)
            ? name["Bench.".Length..].Replace('.', '/')
            : null;

    [Fact]
    public void Folders_form_a_directed_acyclic_graph()
    {
        var left = Graph.Value.ToDictionary(pair => pair.Key, pair => pair.Value.ToHashSet());
        var drawn = new StringBuilder();
        for (var layer = 0; left.Count > 0; layer++)
        {
            var free = left.Where(pair => !pair.Value.Any(left.ContainsKey))
                .Select(pair => pair.Key)
                .Order(StringComparer.Ordinal)
                .ToArray();
            var arrows = left.Select(pair => $"{pair.Key} -> {string.Join(' ', pair.Value.Where(left.ContainsKey))}");
            Assert.True(free.Length > 0, $"a cycle among {string.Join(", ", arrows)}");
            foreach (var folder in free)
            {
                left.Remove(folder);
                drawn.Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"    {layer, 2} {folder} -> {string.Join(' ', Graph.Value[folder])}\n"
                );
            }
        }

        Console.Write($"    the folders of src, each after those that it uses:\n{drawn}");
    }

    [Fact]
    public void The_graph_holds_every_folder_of_src()
    {
        var folders = Directory
            .EnumerateFiles(System.IO.Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file =>
                System.IO.Path.GetRelativePath(
                    System.IO.Path.Combine(Repository.Root, "src"),
                    System.IO.Path.GetDirectoryName(file)!
                )
            )
            .Where(folder =>
                !folder.Contains("/obj", StringComparison.Ordinal)
                && !folder.Contains("/bin", StringComparison.Ordinal)
                && folder != "Cli"
            )
            .Distinct();
        Assert.Empty(folders.Except(Graph.Value.Keys));
    }
}
