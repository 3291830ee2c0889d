using System.Globalization;
using Bench.Lab.Tensors;
using Expression = System.Func<Bench.Lab.Text.Jinja.JinjaScope, object?>;

namespace Bench.Lab.Text.Jinja;

/// <summary>Expressions, from what binds least to what binds most.</summary>
internal sealed partial class JinjaParser
{
    // Values with commas between them make a list.
    private Expression Tuple()
    {
        var first = Whole();
        if (!Is(","))
            return first;
        var values = new List<Expression> { first };
        while (Take(","))
            if (Now.Kind != JinjaKind.End)
                values.Add(Whole());
        return scope => values.Select(value => value(scope)).ToList();
    }

    private Expression Whole()
    {
        if (++depth > DeepestNesting)
            throw Bad("expressions nest too deeply");
        if (depth == 1)
            links = 0;
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
            Link();
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
            Link();
            var (left, right) = (value, Not());
            value = scope => left(scope) is var first && !JinjaValue.IsTrue(first) ? first : right(scope);
        }

        return value;
    }

    private Expression Not()
    {
        var negations = 0;
        while (TakeName("not"))
            negations++;
        var value = Comparison();
        return negations == 0 ? value
            : negations % 2 == 0 ? scope => JinjaValue.IsTrue(value(scope))
            : scope => !JinjaValue.IsTrue(value(scope));
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
                if (relation is not null)
                    at++;
            }
            else if (TakeName("in"))
            {
                relation = (a, b) => JinjaValue.Contains(b, a);
            }
            else if (
                Now is { Kind: JinjaKind.Name, Text: "not" }
                && tokens[at + 1] is { Kind: JinjaKind.Name, Text: "in" }
            )
            {
                at += 2;
                relation = (a, b) => !JinjaValue.Contains(b, a);
            }

            Link();
            if (relation is null)
                return all is null ? value : scope => all(scope);
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
            Link();
            var (left, plus) = (value, tokens[at++].Text == "+");
            var right = Joined();
            value = plus
                ? scope => JinjaValue.Add(left(scope), right(scope))
                : scope => Arithmetic("-", left(scope), right(scope));
        }

        return value;
    }

    private Expression Joined()
    {
        var value = Product();
        while (Take("~"))
        {
            Link();
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
            Link();
            var (left, operation) = (value, tokens[at++].Text);
            var right = Unary();
            value = scope => Arithmetic(operation, left(scope), right(scope));
        }

        return value;
    }

    // Each link of a chain is a call inside the next one's.
    private void Link()
    {
        if (++links > LongestChain)
            throw Bad("an expression is too long");
    }

    private Expression Unary()
    {
        Link();
        if (Take("-"))
        {
            var negated = Unary();
            return scope => Arithmetic("-", 0L, negated(scope));
        }

        if (Take("+"))
            return Unary();
        var value = Postfix(Primary());
        if (!Take("**"))
            return Filtered(value);
        var power = Unary();
        return Filtered(scope => Arithmetic("**", value(scope), power(scope)));
    }

    private static object? Arithmetic(string operation, object? a, object? b)
    {
        if (operation == "*" && (a, b) is (string text, long times))
            return string.Concat(Enumerable.Repeat(text, (int)Math.Clamp(times, 0, 100_000)));
        if (JinjaValue.Number(a) is not { } x || JinjaValue.Number(b) is not { } y)
            throw new LabException($"a chat template computes {JinjaValue.Kind(a)} {operation} {JinjaValue.Kind(b)}");
        if (operation is "/" or "//" or "%" && y == 0)
            throw new LabException("a chat template divides by zero");
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
            Link();
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
                var arguments =
                    Is("(") ? Arguments()
                    : Now.Kind is JinjaKind.Text or JinjaKind.Number
                    || (
                        Now.Kind == JinjaKind.Name
                        && Now.Text is not ("and" or "or" or "else" or "if" or "is" or "not" or "in")
                    )
                        ? One(Postfix(Primary()))
                    : NoArguments;
                value = scope => test(input(scope), arguments(scope).Positional) != negated;
            }
            else
            {
                return value;
            }
        }
    }

    private static readonly Func<
        JinjaScope,
        (IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
    > NoArguments = _ => ([], new Dictionary<string, object?>());

    private static Func<
        JinjaScope,
        (IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
    > One(Expression value) => scope => ([value(scope)], new Dictionary<string, object?>());

    private Func<
        JinjaScope,
        (IReadOnlyList<object?> Positional, IReadOnlyDictionary<string, object?> Named)
    > Arguments()
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

            if (!Take(",") && !Is(")"))
                throw Bad("arguments are not closed");
        }

        return scope =>
            (
                [.. positional.Select(value => value(scope))],
                named.ToDictionary(pair => pair.Name, pair => pair.Value(scope), StringComparer.Ordinal)
            );
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            Link();
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
                    if (input(scope) is not JinjaFunction function)
                        throw new LabException("a chat template calls what is no function");
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
        if (first is not null && Take("]"))
            return scope => JinjaLibrary.Item(input(scope), first(scope));
        Expect(":");
        var second = Part();
        var step = Take(":") ? Part() : null;
        Expect("]");
        return scope =>
            JinjaLibrary.Slice(input(scope), first?.Invoke(scope), second?.Invoke(scope), step?.Invoke(scope));
    }

    private Expression Primary()
    {
        var token = tokens[at++];
        switch (token.Kind)
        {
            case JinjaKind.Text:
                var words = token.Text;
                while (Now.Kind == JinjaKind.Text)
                    words += tokens[at++].Text;
                return _ => words;
            case JinjaKind.Number:
                object number = long.TryParse(token.Text, CultureInfo.InvariantCulture, out var whole)
                    ? (object)whole
                    : double.Parse(token.Text, CultureInfo.InvariantCulture);
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
                if (Take(")"))
                    return _ => new List<object?>();
                var inner = Whole();
                if (Is(","))
                {
                    var values = new List<Expression> { inner };
                    while (Take(","))
                        if (!Is(")"))
                            values.Add(Whole());
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
            if (!Take(",") && !Is("]"))
                throw Bad("a list is not closed");
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
            if (!Take(",") && !Is("}"))
                throw Bad("a mapping is not closed");
        }

        return scope =>
            JinjaValue.Map(entries.Select(entry => (JinjaValue.Print(entry.Key(scope)), entry.Value(scope))));
    }
}
