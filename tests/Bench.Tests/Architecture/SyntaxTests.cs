using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Bench.Tests.Architecture;

/// <summary>
/// Methods of src keep their length, or stand in long-methods.csv with the reason why not; wide records name their
/// fields where they are made.
/// </summary>
public sealed class SyntaxTests(ITestOutputHelper output)
{
    private const int Lines = 40;
    private const int Fields = 4;

    private sealed record Method(string File, string Name, int Lines);

    private sealed record LongMethod(string File, string Name, int Lines, string Reason);

    private static readonly LongMethod[] Known =
    [
        .. File.ReadLines(Path.Combine(Repository.Root, "tests", "Bench.Tests", "Goldens", "long-methods.csv"))
            .Skip(1)
            .Select(line => line.Split(',', 4))
            .Select(cells => new LongMethod(
                File: cells[0],
                Name: cells[1],
                Lines: int.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture),
                Reason: cells[3]
            )),
    ];

    private static readonly string[] Files =
    [
        .. Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj")),
    ];

    private static SyntaxNode Root(string file) =>
        CSharpSyntaxTree.ParseText(File.ReadAllText(Path.Combine(Repository.Root, file))).GetRoot();

    [Fact]
    public void A_record_of_more_than_four_fields_names_them_where_it_is_made()
    {
        var roots = Files.Select(file => (File: file, Root: Root(file))).ToArray();
        var wide = roots
            .SelectMany(file => file.Root.DescendantNodes().OfType<RecordDeclarationSyntax>())
            .Where(record => record.ParameterList is { Parameters.Count: > Fields })
            .Select(record => record.Identifier.Text)
            .ToHashSet(StringComparer.Ordinal);
        Assert.Empty(
            roots.SelectMany(file =>
                file.Root.DescendantNodes()
                    .OfType<ObjectCreationExpressionSyntax>()
                    .Where(made =>
                        wide.Contains(made.Type.ToString().Split('.')[^1])
                        && made.ArgumentList is { Arguments.Count: > Fields } list
                        && list.Arguments.Any(argument => argument.NameColon is null)
                    )
                    .Select(made => $"{file.File}: new {made.Type}({made.ArgumentList!.Arguments[0]}, …)")
            )
        );
    }

    [Fact]
    public void No_method_is_longer_than_40_lines_but_those_that_have_a_reason()
    {
        var methods = Files
            .SelectMany(MethodsOf)
            .Where(method => method.Lines > Lines)
            .OrderBy(method => method.File, StringComparer.Ordinal)
            .ThenBy(method => method.Name, StringComparer.Ordinal)
            .ToArray();
        foreach (var method in methods)
            output.WriteLine($"{method.File},{method.Name},{method.Lines}");
        Assert.All(Known, known => Assert.NotEqual("", known.Reason));
        Assert.All(
            methods,
            method =>
                Assert.True(
                    Known.Any(known =>
                        known.File == method.File && known.Name == method.Name && known.Lines >= method.Lines
                    ),
                    $"{method.File}: {method.Name} has {method.Lines} lines: divide it, or list it with the reason"
                )
        );
        Assert.All(
            Known,
            known =>
                Assert.True(
                    methods.Any(method => method.File == known.File && method.Name == known.Name),
                    $"{known.File}: {known.Name} is short or gone: take it out of long-methods.csv"
                )
        );
    }

    // Lines of a body that hold code: blank lines, comments and the outer braces do not count.
    private static IEnumerable<Method> MethodsOf(string file)
    {
        foreach (var node in Root(file).DescendantNodes())
        {
            var (name, body) = node switch
            {
                MethodDeclarationSyntax method => (method.Identifier.Text, BodyOf(method)),
                LocalFunctionStatementSyntax local => (
                    local.Identifier.Text,
                    (SyntaxNode?)local.Body ?? local.ExpressionBody
                ),
                ConstructorDeclarationSyntax constructor => (constructor.Identifier.Text, BodyOf(constructor)),
                BaseMethodDeclarationSyntax other => (other.Kind().ToString(), BodyOf(other)),
                AccessorDeclarationSyntax accessor => (
                    accessor.Keyword.Text,
                    (SyntaxNode?)accessor.Body ?? accessor.ExpressionBody
                ),
                _ => ("", null),
            };
            if (body is not null)
                yield return new Method(file, name, LinesOf(body));
        }
    }

    private static SyntaxNode? BodyOf(BaseMethodDeclarationSyntax method) =>
        (SyntaxNode?)method.Body ?? method.ExpressionBody;

    private static int LinesOf(SyntaxNode body)
    {
        var lines = new HashSet<int>();
        foreach (var token in body.DescendantTokens())
        {
            var span = token.GetLocation().GetLineSpan();
            for (var line = span.StartLinePosition.Line; line <= span.EndLinePosition.Line; line++)
                lines.Add(line);
        }

        return body is BlockSyntax ? lines.Count - 2 : lines.Count;
    }
}
