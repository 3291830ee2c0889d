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
/// Turns a template into functions: the part of Jinja that chat templates use. Statements: for (with else, filters, break and continue), if, set, macro, generation. Expressions: all but
/// await and starred arguments.
/// </summary>
internal sealed class JinjaParser
{
    private const int DeepestNesting = 200;

    private readonly IReadOnlyList<JinjaToken> tokens;
    private int at;
    private int depth;

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
        if (++depth > DeepestNesting) throw Bad("blocks nest too deeply");
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

        if (until.Length > 0 && ended.Length == 0) throw Bad($"{string.Join(" or ", until)} is missing");
        depth--;
        return Run([.. statements]);
    }

    private static JinjaFlow Say(StringBuilder text, string words)
    {
        text.Append(words);
        return JinjaFlow.Onward;
    }

    private static JinjaStatement Run(JinjaStatement[] statements) => (scope, text) =>
    {
        foreach (var statement in statements)
        {
            if (statement(scope, text) is var flow && flow != JinjaFlow.Onward) return flow;
        }

        return JinjaFlow.Onward;
    };

    private JinjaStatement Statement(string name)
    {
        switch (name)
        {
            case "if": return If();
            case "for": return For();
            case "set": return Set();
            case "macro": return Macro();
            case "generation":
                // It only marks what an assistant said.
                End();
                var said = Body(["endgeneration"], out _);
                End();
                return said;
            case "break" or "continue":
                End();
                return (_, _) => name == "break" ? JinjaFlow.Break : JinjaFlow.Continue;
            default: throw Bad($"statements '{name}' are not known here");
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
                if (JinjaValue.IsTrue(condition(scope))) return body(scope, text);
            }

            return otherwise?.Invoke(scope, text) ?? JinjaFlow.Onward;
        };
    }

    private JinjaStatement For()
    {
        var names = new List<string> { Name() };
        while (Take(",")) names.Add(Name());
        if (Name() != "in") throw Bad("a loop lacks 'in'");
        var source = Or();
        var filter = TakeName("if") ? Whole() : null;
        if (TakeName("recursive")) throw Bad("recursive loops are not known here");
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

    private static JinjaFlow Loop(JinjaScope scope, StringBuilder text, List<string> names, Expression source, Expression? filter, JinjaStatement body, JinjaStatement? otherwise)
    {
        var items = JinjaValue.Items(source(scope)).ToArray();
        if (filter is not null) items = [.. items.Where(item => JinjaValue.IsTrue(filter(With(scope, names, item))))];
        for (var i = 0; i < items.Length; i++)
        {
            var inner = With(scope, names, items[i]);
            inner["loop"] = JinjaValue.Map(
            [
                ("index", i + 1L), ("index0", (long)i), ("revindex", (long)(items.Length - i)), ("revindex0", items.Length - i - 1L), ("first", i == 0), ("last", i == items.Length - 1),
                ("length", (long)items.Length), ("previtem", i > 0 ? items[i - 1] : JinjaUndefined.Instance), ("nextitem", i + 1 < items.Length ? items[i + 1] : JinjaUndefined.Instance),
            ]);
            if (body(inner, text) == JinjaFlow.Break) break;
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
        if (parts.Length != names.Count) throw new LabException($"a chat template takes {names.Count} values from {parts.Length}");
        for (var i = 0; i < parts.Length; i++) scope[names[i]] = parts[i];
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
                if (scope[name] is not OrderedDictionary<string, object?> map) throw new LabException($"a chat template sets {name}.{attribute}, and {name} is no namespace");
                map[attribute] = assigned(scope);
                return JinjaFlow.Onward;
            };
        }

        var names = new List<string> { name };
        while (Take(",")) names.Add(Name());
        if (Take("="))
        {
            var value = Tuple();
            End();
            return (scope, _) =>
            {
                var given = value(scope);
                if (names.Count == 1) scope[name] = given;
                else foreach (var (one, part) in names.Zip(JinjaValue.Items(given))) scope[one] = part;
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
            if (!Take(",") && !Is(")")) throw Bad("a macro's parameters are not closed");
        }

        End();
        var body = Body(["endmacro"], out _);
        End();
        return (scope, _) =>
        {
            scope[name] = (JinjaFunction)((positional, named) =>
            {
                var (inner, text) = (new JinjaScope(scope), new StringBuilder());
                for (var i = 0; i < parameters.Count; i++)
                {
                    inner[parameters[i].Name] = i < positional.Count ? positional[i]
                        : named.TryGetValue(parameters[i].Name, out var given) ? given
                        : parameters[i].Default is { } usual ? usual(inner) : JinjaUndefined.Instance;
                }

                body(inner, text);
                return text.ToString();
            });
            return JinjaFlow.Onward;
        };
    }

    // Values with commas between them make a list.
    private Expression Tuple()
    {
        var first = Whole();
        if (!Is(",")) return first;
        var values = new List<Expression> { first };
        while (Take(",")) if (Now.Kind != JinjaKind.End) values.Add(Whole());
        return scope => values.Select(value => value(scope)).ToList();
    }

    private Expression Whole()
    {
        if (++depth > DeepestNesting) throw Bad("expressions nest too deeply");
        var value = Or();
        while (TakeName("if"))
        {
            var (then, condition) = (value, Or());
            var otherwise = TakeName("else") ? Whole() : _ => JinjaUndefined.Instance;
            value = scope => JinjaValue.IsTrue(condition(scope)) ? then(scope) : otherwise(scope);
        }

        depth--;
        return value;
    }

    private Expression Or()
    {
        var value = And();
        while (TakeName("or"))
        {
            var (left, right) = (value, And());
            value = scope => left(scope) is var first && JinjaValue.IsTrue(first) ? first : right(scope);
        }

        return value;
    }

    private Expression And()
    {
        var value = Not();
        while (TakeName("and"))
        {
            var (left, right) = (value, Not());
            value = scope => left(scope) is var first && !JinjaValue.IsTrue(first) ? first : right(scope);
        }

        return value;
    }

    private Expression Not()
    {
        var negations = 0;
        while (TakeName("not")) negations++;
        var value = Comparison();
        return negations == 0 ? value : negations % 2 == 0 ? scope => JinjaValue.IsTrue(value(scope)) : scope => !JinjaValue.IsTrue(value(scope));
    }

    private Expression Comparison()
    {
        var value = Sum();
        Func<JinjaScope, bool>? all = null;
        while (true)
        {
            Func<object?, object?, bool>? relation = null;
            if (Now.Kind == JinjaKind.Operator)
            {
                relation = Now.Text switch
                {
                    "==" => JinjaValue.Equals,
                    "!=" => (a, b) => !JinjaValue.Equals(a, b),
                    "<" => (a, b) => JinjaValue.Compare(a, b) < 0,
                    ">" => (a, b) => JinjaValue.Compare(a, b) > 0,
                    "<=" => (a, b) => JinjaValue.Compare(a, b) <= 0,
                    ">=" => (a, b) => JinjaValue.Compare(a, b) >= 0,
                    _ => null,
                };
                if (relation is not null) at++;
            }
            else if (TakeName("in"))
            {
                relation = (a, b) => JinjaValue.Contains(b, a);
            }
            else if (Now is { Kind: JinjaKind.Name, Text: "not" } && tokens[at + 1] is { Kind: JinjaKind.Name, Text: "in" })
            {
                at += 2;
                relation = (a, b) => !JinjaValue.Contains(b, a);
            }

            if (relation is null) return all is null ? value : scope => all(scope);
            var (left, right, before) = (value, Sum(), all);
            all = scope => (before is null || before(scope)) && relation(left(scope), right(scope));
            value = right;
        }
    }

    private Expression Sum()
    {
        var value = Joined();
        while (Is("+") || Is("-"))
        {
            var (left, plus) = (value, tokens[at++].Text == "+");
            var right = Joined();
            value = plus ? scope => JinjaValue.Add(left(scope), right(scope)) : scope => Arithmetic("-", left(scope), right(scope));
        }

        return value;
    }

    private Expression Joined()
    {
        var value = Product();
        while (Take("~"))
        {
            var (left, right) = (value, Product());
            value = scope => JinjaValue.Print(left(scope)) + JinjaValue.Print(right(scope));
        }

        return value;
    }

    private Expression Product()
    {
        var value = Unary();
        while (Is("*") || Is("/") || Is("//") || Is("%"))
        {
            var (left, operation) = (value, tokens[at++].Text);
            var right = Unary();
            value = scope => Arithmetic(operation, left(scope), right(scope));
        }

        return value;
    }

    private Expression Unary()
    {
        if (Take("-"))
        {
            var negated = Unary();
            return scope => Arithmetic("-", 0L, negated(scope));
        }

        if (Take("+")) return Unary();
        var value = Postfix(Primary());
        if (!Take("**")) return Filtered(value);
        var power = Unary();
        return Filtered(scope => Arithmetic("**", value(scope), power(scope)));
    }

    private static object? Arithmetic(string operation, object? a, object? b)
    {
        if (operation == "*" && (a, b) is (string text, long times)) return string.Concat(Enumerable.Repeat(text, (int)Math.Clamp(times, 0, 100_000)));
        if (JinjaValue.Number(a) is not { } x || JinjaValue.Number(b) is not { } y) throw new LabException($"a chat template computes {JinjaValue.Kind(a)} {operation} {JinjaValue.Kind(b)}");
        if (operation is "/" or "//" or "%" && y == 0) throw new LabException("a chat template divides by zero");
        var result = operation switch
        {
            "-" => x - y,
            "*" => x * y,
            "/" => x / y,
            "//" => Math.Floor(x / y),
            "%" => x - y * Math.Floor(x / y),
            _ => Math.Pow(x, y),
        };
        return a is double || b is double || operation == "/" ? result : (object)(long)result;
    }

    // Filters and tests bind less than attributes and more than arithmetic.
    private Expression Filtered(Expression value)
    {
        while (true)
        {
            if (Take("|"))
            {
                var (input, name) = (value, Name());
                var arguments = Is("(") ? Arguments() : NoArguments;
                var filter = JinjaLibrary.Filter(name) ?? throw Bad($"the filter '{name}' is not known here");
                value = scope =>
                {
                    var (positional, named) = arguments(scope);
                    return filter(input(scope), positional, named);
                };
            }
            else if (TakeName("is"))
            {
                var (input, negated, name) = (value, TakeName("not"), Name());
                var test = JinjaLibrary.Test(name) ?? throw Bad($"the test '{name}' is not known here");
                var arguments = Is("(") ? Arguments()
                    : Now.Kind is JinjaKind.Text or JinjaKind.Number || (Now.Kind == JinjaKind.Name && Now.Text is not ("and" or "or" or "else" or "if" or "is" or "not" or "in")) ? One(Postfix(Primary()))
                    : NoArguments;
                value = scope => test(input(scope), arguments(scope).Positional) != negated;
            }
            else
            {
                return value;
            }
        }
    }

    private static readonly Func<JinjaScope, (IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)> NoArguments = _ => ([], new Dictionary<string, object?>());

    private static Func<JinjaScope, (IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)> One(Expression value) => scope => ([value(scope)], new Dictionary<string, object?>());

    private Func<JinjaScope, (IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)> Arguments()
    {
        var (positional, named) = (new List<Expression>(), new List<(string Name, Expression Value)>());
        Expect("(");
        while (!Take(")"))
        {
            if (Now.Kind == JinjaKind.Name && tokens[at + 1] is { Kind: JinjaKind.Operator, Text: "=" })
            {
                var name = Name();
                at++;
                named.Add((name, Whole()));
            }
            else
            {
                positional.Add(Whole());
            }

            if (!Take(",") && !Is(")")) throw Bad("arguments are not closed");
        }

        return scope => ([.. positional.Select(value => value(scope))], named.ToDictionary(pair => pair.Name, pair => pair.Value(scope), StringComparer.Ordinal));
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var input = value;
            if (Take("."))
            {
                var name = Now.Kind == JinjaKind.Number ? tokens[at++].Text : Name();
                value = scope => JinjaLibrary.Attribute(input(scope), name);
            }
            else if (Take("["))
            {
                value = Subscript(input);
            }
            else if (Is("("))
            {
                var arguments = Arguments();
                value = scope =>
                {
                    if (input(scope) is not JinjaFunction function) throw new LabException("a chat template calls what is no function");
                    var (positional, named) = arguments(scope);
                    return function(positional, named);
                };
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Subscript(Expression input)
    {
        Expression? Part() => Is(":") || Is("]") ? null : Whole();
        var first = Part();
        if (first is not null && Take("]")) return scope => JinjaLibrary.Item(input(scope), first(scope));
        Expect(":");
        var second = Part();
        var step = Take(":") ? Part() : null;
        Expect("]");
        return scope => JinjaLibrary.Slice(input(scope), first?.Invoke(scope), second?.Invoke(scope), step?.Invoke(scope));
    }

    private Expression Primary()
    {
        var token = tokens[at++];
        switch (token.Kind)
        {
            case JinjaKind.Text:
                var words = token.Text;
                while (Now.Kind == JinjaKind.Text) words += tokens[at++].Text;
                return _ => words;
            case JinjaKind.Number:
                object number = long.TryParse(token.Text, CultureInfo.InvariantCulture, out var whole) ? (object)whole : double.Parse(token.Text, CultureInfo.InvariantCulture);
                return _ => number;
            case JinjaKind.Name:
                return token.Text switch
                {
                    "true" or "True" => _ => true,
                    "false" or "False" => _ => false,
                    "none" or "None" => _ => null,
                    var name => scope => scope[name],
                };
            case JinjaKind.Operator when token.Text == "(":
                if (Take(")")) return _ => new List<object?>();
                var inner = Whole();
                if (Is(","))
                {
                    var values = new List<Expression> { inner };
                    while (Take(",")) if (!Is(")")) values.Add(Whole());
                    inner = scope => values.Select(value => value(scope)).ToList();
                }

                Expect(")");
                return inner;
            case JinjaKind.Operator when token.Text == "[":
                return List();
            case JinjaKind.Operator when token.Text == "{":
                return Mapping();
            default:
                throw Bad($"'{token.Text}' is no value");
        }
    }

    private Expression List()
    {
        var values = new List<Expression>();
        while (!Take("]"))
        {
            values.Add(Whole());
            if (!Take(",") && !Is("]")) throw Bad("a list is not closed");
        }

        return scope => values.Select(value => value(scope)).ToList();
    }

    private Expression Mapping()
    {
        var entries = new List<(Expression Key, Expression Value)>();
        while (!Take("}"))
        {
            var key = Whole();
            Expect(":");
            entries.Add((key, Whole()));
            if (!Take(",") && !Is("}")) throw Bad("a mapping is not closed");
        }

        return scope => JinjaValue.Map(entries.Select(entry => (JinjaValue.Print(entry.Key(scope)), entry.Value(scope))));
    }

    private bool Is(string text) => Now.Kind == JinjaKind.Operator && Now.Text == text;

    private bool Take(string text)
    {
        if (!Is(text)) return false;
        at++;
        return true;
    }

    private bool TakeName(string text)
    {
        if (Now.Kind != JinjaKind.Name || Now.Text != text) return false;
        at++;
        return true;
    }

    private void Expect(string text)
    {
        if (!Take(text)) throw Bad($"'{text}' is missing before '{Now.Text}'");
    }

    private string Name() => Now.Kind == JinjaKind.Name ? tokens[at++].Text : throw Bad($"a name is missing before '{Now.Text}'");

    private void End()
    {
        if (Now.Kind != JinjaKind.End) throw Bad($"the tag goes on with '{Now.Text}'");
        at++;
    }

    private LabException Bad(string problem) => new(string.Create(CultureInfo.InvariantCulture, $"chat template, line {tokens[Math.Min(at, tokens.Count - 1)].Line}: {problem}"));
}
