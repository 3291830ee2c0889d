using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bench.Protocol.Budgets;
using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Sections;

/// <summary>
/// The reference page of the experiment file, in Markdown: a heading a section, a row a key. It is written from the
/// schema, and so from the records that read the file.
/// </summary>
public static class ExperimentReference
{
    /// <summary>Its file in the repository.</summary>
    public const string File = "docs/experiment-file.md";

    private const string Opening = """
        # The experiment file

        One YAML file says what an experiment asks. `bench schema --reference` writes this page from the records that
        read the file. Every key is checked before anything runs. All errors are reported at once, each with its line
        and column. `bench plan` shows what follows from the defaults.

        Numbers may be written with underscores: `400_000`. A key whose default is "required" must be given. A key
        without a default may be left out.

        """;

    /// <summary>The page.</summary>
    public static string Text { get; } = new Page(JsonNode.Parse(ExperimentSchema.Text)!.AsObject()).Write();

    private sealed class Page(JsonObject schema)
    {
        private readonly StringBuilder page = new();
        private readonly Queue<(string Title, JsonObject Section)> waiting = new();
        private readonly HashSet<string> seen = new(StringComparer.Ordinal);

        internal string Write()
        {
            page.Append(Opening).Append('\n');
            Section("The file", schema);
            while (waiting.TryDequeue(out var next))
                Section(next.Title, next.Section);
            return page.ToString().TrimEnd('\n') + "\n";
        }

        private void Section(string title, JsonObject section)
        {
            page.Append(CultureInfo.InvariantCulture, $"## {title}\n\n");
            page.Append("| key | type | default | meaning |\n| --- | --- | --- | --- |\n");
            var required = Required(section);
            foreach (var (name, property) in section["properties"]!.AsObject())
                if (HasType(property!.AsObject()))
                    page.Append(CultureInfo.InvariantCulture, $"| {Row(name, property.AsObject(), required)} |\n");
            page.Append('\n');
            if (title == "tasks")
                Kinds<ITask>("task", _ => "");
            if (title == "budgets")
                Kinds<Budget>("unit", _ => "");
            if (title != "methods")
                return;
            Kinds<Objective>("objective", OfObjective);
            Kinds<Signal>("signal", _ => "");
        }

        // Each kind of a thing with a row for itself and one for each key that it has.
        private void Kinds<T>(string key, Func<Type, string> more)
            where T : class
        {
            page.Append(CultureInfo.InvariantCulture, $"| {key} | key | type | default | meaning |\n");
            page.Append("| --- | --- | --- | --- | --- |\n");
            foreach (var name in Catalogue<T>.Names)
            {
                var type = Catalogue<T>.Find(name);
                var meaning = type.GetCustomAttribute<NamedAttribute>(inherit: false)!.Meaning;
                page.Append(CultureInfo.InvariantCulture, $"| `{name}` | | | | {Cell(meaning)}{more(type)} |\n");
                var required = KeySchema.RequiredOf(type).ToHashSet(StringComparer.Ordinal);
                // As text and back: the numbers of a tree that was parsed can be read as any kind of number.
                var properties = JsonNode.Parse(KeySchema.PropertiesOf(type).ToJsonString())!.AsObject();
                foreach (var (own, property) in properties)
                    page.Append(CultureInfo.InvariantCulture, $"| | {Row(own, property!.AsObject(), required)} |\n");
            }

            page.Append('\n');
        }

        private static string OfObjective(Type type)
        {
            var objective = (Objective)KeySchema.DefaultOf(type)!;
            var signals = objective.Signals.Select(signal => $"`{Catalogue<Signal>.NameOf(signal)}`");
            return $"; learns from {string.Join(", ", signals)} ({Cell(objective.Paper)})";
        }

        private string Row(string name, JsonObject property, HashSet<string> required)
        {
            var otherwise =
                required.Contains(name) ? "required"
                : property["default"] is { } value ? $"`{Written(value)}`"
                : (string?)property[KeySchema.ComputedDefault] ?? "";
            var meaning = Cell((string?)property["description"] ?? "");
            return $"`{name}` | {TypeOf(name, property)} | {otherwise} | {meaning}";
        }

        // As one writes it in YAML.
        private static string Written(JsonNode value) =>
            value is JsonArray list ? $"[{string.Join(", ", list.Select(entry => entry!.ToJsonString()))}]"
            : value.GetValueKind() == JsonValueKind.String ? (string)value!
            : value.ToJsonString();

        private string TypeOf(string name, JsonObject property)
        {
            if (property["$ref"] is { } reference)
                return Link(((string)reference!).Split('/')[^1]);
            if (property["anyOf"] is JsonArray either)
                return string.Join(
                    " or ",
                    either.OfType<JsonObject>().Where(one => !IsWritten(one)).Select(one => TypeOf(name, one))
                );
            if (property["enum"] is JsonArray words)
                return words.Any(word => word!.GetValueKind() == JsonValueKind.True)
                    ? "`true` or `false`"
                    : string.Join(", ", words.Select(word => $"`{word}`"));
            return property["type"] switch
            {
                JsonArray => "text",
                JsonValue type when (string?)type == "array" =>
                    $"list of {TypeOf(name, property["items"]!.AsObject())}",
                JsonValue type when (string?)type == "object" => ObjectOf(name, property),
                JsonValue type when (string?)type == "string" => "text",
                JsonValue type => ((string?)type == "integer" ? "whole number" : "number") + Range(property),
                _ => "",
            };
        }

        private string ObjectOf(string name, JsonObject property)
        {
            if (property["properties"] is not JsonObject keys)
                return "numbers by name";
            if (keys.Count == 1 && keys.ContainsKey("of"))
                return "`{ of: TEACHER }`";
            if (seen.Add(name))
                waiting.Enqueue((name, property));
            return $"[{name}](#{name})";
        }

        private string Link(string definition)
        {
            if (seen.Add(definition))
                waiting.Enqueue((definition, schema["definitions"]![definition]!.AsObject()));
            return $"[{definition}](#{definition})";
        }

        private static string Range(JsonObject number)
        {
            var low = number["minimum"] ?? number["exclusiveMinimum"];
            var high = number["maximum"] ?? number["exclusiveMaximum"];
            var inside = number.ContainsKey("exclusiveMinimum") ? ", ends excluded" : "";
            if (low is not null && high is not null && (double)low == (double)high)
                return $": {low}";
            if (low is null)
                return high is null ? "" : $", at most {high}";
            if ((double)low <= double.Epsilon && !number.ContainsKey("exclusiveMinimum"))
                return (double)low > 0 ? ", above 0"
                    : high is null ? ", 0 or more"
                    : $", {low} to {high}";
            return high is null ? $", at least {low}" : $", {low} to {high}{inside}";
        }

        private static bool HasType(JsonObject property) =>
            ((string[])["type", "anyOf", "enum", "$ref"]).Any(property.ContainsKey);

        private static bool IsWritten(JsonObject one) => (string?)one["$ref"] == "#/definitions/written";

        private static HashSet<string> Required(JsonObject section) =>
            section["required"] is JsonArray names
                ? names.Select(name => (string)name!).ToHashSet(StringComparer.Ordinal)
                : [];

        // A bar would end the cell.
        private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
    }
}
