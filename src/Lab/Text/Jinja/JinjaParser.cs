using System.Globalization;
using System.Text;
using Bench.Lab.Tensors;
using Expression = System.Func<Bench.Lab.Text.Jinja.JinjaScope, object?>;

namespace Bench.Lab.Text.Jinja;

/// <summary>How a statement ended.</summary>
internal enum JinjaFlow
{
    Onward,
    Break,
    Continue,
}

/// <summary>Prints into the text under a scope.</summary>
internal delegate JinjaFlow JinjaStatement(JinjaScope scope, StringBuilder text);

/// <summary>
/// Turns a template into functions: the part of Jinja that chat templates use. Statements: for (with else, filters,
/// break and continue), if, set, macro, generation. Expressions: all but await and starred arguments.
/// </summary>
internal sealed partial class JinjaParser
{
    private const int DeepestNesting = 200;
    private const int LongestChain = 2000;

    private readonly IReadOnlyList<JinjaToken> tokens;
    private int at;
    private int depth;
    private int links;

    private JinjaParser(IReadOnlyList<JinjaToken> tokens) => this.tokens = tokens;

    /// <exception cref="LabException">The template is not well-formed, or uses what is not known here.</exception>
    internal static JinjaStatement Parse(string template)
    {
        var parser = new JinjaParser(JinjaLexer.Cut(template));
        var body = parser.Body([], out _);
        return body;
    }

    private JinjaToken Now => tokens[at];

    // Statements up to one of the names, whose block is entered.
    private JinjaStatement Body(string[] until, out string ended)
    {
        if (++depth > DeepestNesting)
            throw Bad("blocks nest too deeply");
        var statements = new List<JinjaStatement>();
        ended = "";
        while (Now.Kind != JinjaKind.Eof)
        {
            var token = tokens[at++];
            if (token.Kind == JinjaKind.Data)
            {
                statements.Add((_, text) => Say(text, token.Text));
            }
            else if (token.Kind == JinjaKind.PrintBegin)
            {
                var value = Tuple();
                End();
                statements.Add((scope, text) => Say(text, JinjaValue.Print(value(scope))));
            }
            else
            {
                var name = Name();
                if (until.Contains(name))
                {
                    ended = name;
                    break;
                }

                statements.Add(Statement(name));
            }
        }

        if (until.Length > 0 && ended.Length == 0)
            throw Bad($"{string.Join(" or ", until)} is missing");
        depth--;
        return Run([.. statements]);
    }

    private static JinjaFlow Say(StringBuilder text, string words)
    {
        text.Append(words);
        return JinjaFlow.Onward;
    }

    private static JinjaStatement Run(JinjaStatement[] statements) =>
        (scope, text) =>
        {
            foreach (var statement in statements)
            {
                if (statement(scope, text) is var flow && flow != JinjaFlow.Onward)
                    return flow;
            }

            return JinjaFlow.Onward;
        };

    private JinjaStatement Statement(string name)
    {
        switch (name)
        {
            case "if":
                return If();
            case "for":
                return For();
            case "set":
                return Set();
            case "macro":
                return Macro();
            case "generation":
                // It only marks what an assistant said.
                End();
                var said = Body(["endgeneration"], out _);
                End();
                return said;
            case "break" or "continue":
                End();
                return (_, _) => name == "break" ? JinjaFlow.Break : JinjaFlow.Continue;
            default:
                throw Bad($"statements '{name}' are not known here");
        }
    }

    private JinjaStatement If()
    {
        var branches = new List<(Expression Condition, JinjaStatement Body)>();
        JinjaStatement? otherwise = null;
        var ended = "elif";
        while (ended == "elif")
        {
            var condition = Whole();
            End();
            branches.Add((condition, Body(["elif", "else", "endif"], out ended)));
        }

        if (ended == "else")
        {
            End();
            otherwise = Body(["endif"], out _);
        }

        End();
        return (scope, text) =>
        {
            foreach (var (condition, body) in branches)
            {
                if (JinjaValue.IsTrue(condition(scope)))
                    return body(scope, text);
            }

            return otherwise?.Invoke(scope, text) ?? JinjaFlow.Onward;
        };
    }

    private JinjaStatement For()
    {
        var names = new List<string> { Name() };
        while (Take(","))
            names.Add(Name());
        if (Name() != "in")
            throw Bad("a loop lacks 'in'");
        var source = Or();
        var filter = TakeName("if") ? Whole() : null;
        if (TakeName("recursive"))
            throw Bad("recursive loops are not known here");
        End();
        var body = Body(["else", "endfor"], out var ended);
        JinjaStatement? otherwise = null;
        if (ended == "else")
        {
            End();
            otherwise = Body(["endfor"], out _);
        }

        End();
        return (scope, text) => Loop(scope, text, names, source, filter, body, otherwise);
    }

    private static JinjaFlow Loop(
        JinjaScope scope,
        StringBuilder text,
        List<string> names,
        Expression source,
        Expression? filter,
        JinjaStatement body,
        JinjaStatement? otherwise
    )
    {
        var items = JinjaValue.Items(source(scope)).ToArray();
        if (filter is not null)
            items = [.. items.Where(item => JinjaValue.IsTrue(filter(With(scope, names, item))))];
        for (var i = 0; i < items.Length; i++)
        {
            var inner = With(scope, names, items[i]);
            inner["loop"] = JinjaValue.Map([
                ("index", i + 1L),
                ("index0", (long)i),
                ("revindex", (long)(items.Length - i)),
                ("revindex0", items.Length - i - 1L),
                ("first", i == 0),
                ("last", i == items.Length - 1),
                ("length", (long)items.Length),
                ("previtem", i > 0 ? items[i - 1] : JinjaUndefined.Instance),
                ("nextitem", i + 1 < items.Length ? items[i + 1] : JinjaUndefined.Instance),
            ]);
            if (body(inner, text) == JinjaFlow.Break)
                break;
        }

        return items.Length == 0 ? otherwise?.Invoke(scope, text) ?? JinjaFlow.Onward : JinjaFlow.Onward;
    }

    private static JinjaScope With(JinjaScope outer, List<string> names, object? item)
    {
        var scope = new JinjaScope(outer);
        if (names.Count == 1)
        {
            scope[names[0]] = item;
            return scope;
        }

        var parts = JinjaValue.Items(item).ToArray();
        if (parts.Length != names.Count)
            throw new LabException($"a chat template takes {names.Count} values from {parts.Length}");
        for (var i = 0; i < parts.Length; i++)
            scope[names[i]] = parts[i];
        return scope;
    }

    private JinjaStatement Set()
    {
        var name = Name();
        if (Take("."))
        {
            var attribute = Name();
            Expect("=");
            var assigned = Tuple();
            End();
            return (scope, _) =>
            {
                if (scope[name] is not OrderedDictionary<string, object?> map)
                    throw new LabException($"a chat template sets {name}.{attribute}, and {name} is no namespace");
                map[attribute] = assigned(scope);
                return JinjaFlow.Onward;
            };
        }

        var names = new List<string> { name };
        while (Take(","))
            names.Add(Name());
        if (Take("="))
        {
            var value = Tuple();
            End();
            return (scope, _) =>
            {
                var given = value(scope);
                if (names.Count == 1)
                    scope[name] = given;
                else
                    foreach (var (one, part) in names.Zip(JinjaValue.Items(given)))
                        scope[one] = part;
                return JinjaFlow.Onward;
            };
        }

        End();
        var body = Body(["endset"], out _);
        End();
        return (scope, _) =>
        {
            var inner = new StringBuilder();
            body(new JinjaScope(scope), inner);
            scope[name] = inner.ToString();
            return JinjaFlow.Onward;
        };
    }

    private JinjaStatement Macro()
    {
        var (name, parameters) = (Name(), new List<(string Name, Expression? Default)>());
        Expect("(");
        while (!Take(")"))
        {
            var parameter = Name();
            parameters.Add((parameter, Take("=") ? Whole() : null));
            if (!Take(",") && !Is(")"))
                throw Bad("a macro's parameters are not closed");
        }

        End();
        var body = Body(["endmacro"], out _);
        End();
        var calls = 0;
        return (scope, _) =>
        {
            scope[name] = (JinjaFunction)(
                (positional, named) =>
                {
                    var (inner, text) = (new JinjaScope(scope), new StringBuilder());
                    // Macros may call themselves, but not without end.
                    if (calls >= DeepestNesting)
                        throw new LabException($"the chat template's macro {name} calls itself too often");
                    calls++;
                    for (var i = 0; i < parameters.Count; i++)
                    {
                        inner[parameters[i].Name] =
                            i < positional.Count ? positional[i]
                            : named.TryGetValue(parameters[i].Name, out var given) ? given
                            : parameters[i].Default is { } usual ? usual(inner)
                            : JinjaUndefined.Instance;
                    }

                    body(inner, text);
                    calls--;
                    return text.ToString();
                }
            );
            return JinjaFlow.Onward;
        };
    }

    private bool Is(string text) => Now.Kind == JinjaKind.Operator && Now.Text == text;

    private bool Take(string text)
    {
        if (!Is(text))
            return false;
        at++;
        return true;
    }

    private bool TakeName(string text)
    {
        if (Now.Kind != JinjaKind.Name || Now.Text != text)
            return false;
        at++;
        return true;
    }

    private void Expect(string text)
    {
        if (!Take(text))
            throw Bad($"'{text}' is missing before '{Now.Text}'");
    }

    private string Name() =>
        Now.Kind == JinjaKind.Name ? tokens[at++].Text : throw Bad($"a name is missing before '{Now.Text}'");

    private void End()
    {
        if (Now.Kind != JinjaKind.End)
            throw Bad($"the tag goes on with '{Now.Text}'");
        at++;
    }

    private LabException Bad(string problem) =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $"chat template, line {tokens[Math.Min(at, tokens.Count - 1)].Line}: {problem}"
            )
        );
}
