using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Sections;

/// <summary>
/// The JSON Schema of an experiment file, made from the records that read it. It refuses nothing that Bench accepts. It
/// cannot say what follows from several sections together (<c>Specs/Checks</c>), that names are unique, or the range of
/// a number that is written with underscores.
/// </summary>
public static class ExperimentSchema
{
    /// <summary>Its file in the repository.</summary>
    public const string File = "experiment.schema.json";

    private static readonly JsonSerializerOptions Form = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The schema as text.</summary>
    public static string Text { get; } = Make().ToJsonString(Form) + "\n";

    private static JsonObject Make()
    {
        var properties = KeySchema.PropertiesOf(typeof(ExperimentSpec));
        properties["seeds"]!["uniqueItems"] = true;
        properties["device"] = new JsonObject
        {
            ["type"] = "string",
            ["pattern"] = "^(cpu|cuda|cuda:[0-9]+)$",
            ["default"] = "cpu",
            ["description"] = "cpu, cuda or cuda:N",
        };
        properties["tasks"] = Described("the tasks that students learn", KeySchema.List(TaskSchema()));
        properties["teacher"] = Described("the teacher, where there is one", KeySchema.Ref("teacher"));
        properties["teachers"] = Described("teachers that are compared", KeySchema.List(KeySchema.Ref("teacher")));
        properties["students"] = Described("models that learn", KeySchema.List(StudentSchema()));
        properties["methods"] = Described("ways to learn from a teacher", KeySchema.List(MethodSchema()));
        properties["baselines"] = Described(
            "students without a teacher, at equal student compute",
            KeySchema.List(KeySchema.OneOf(MethodSection.Baselines.Keys))
        );
        properties["budgets"] = Described("the budgets of a student", BudgetSchema());
        properties["tuning"] = Described(
            "every method has the same trials of its learning rate, on validation items",
            KeySchema.Section(typeof(TuningSpec))
        );
        properties["tuning"]!["properties"]!["learning-rates"]!["uniqueItems"] = true;
        properties["boundary"] = Described(
            "kinds of cost that a total adds up",
            KeySchema.List(KeySchema.OneOf(Charge.Names.Keys))
        );
        properties["prices"] = Described("prices of work", PriceSchema());
        var schema = KeySchema.Closed(
            properties,
            [.. KeySchema.RequiredOf(typeof(ExperimentSpec)), "tasks", "students", "methods", "budgets"]
        );
        schema["oneOf"] = new JsonArray(Required("teacher"), Required("teachers"));
        schema["definitions"] = new JsonObject
        {
            ["written"] = KeySchema.Written(),
            ["file"] = KeySchema.Section(typeof(FileReference)),
            ["model"] = ModelSchema(),
            ["sampling"] = KeySchema.Section(typeof(SamplingSpec)),
            ["train"] = KeySchema.Section(typeof(GoldTraining)),
            ["teacher"] = TeacherSchema(),
        };
        schema["definitions"]!["file"]!["required"] = KeySchema.Texts(["path"]);
        return new JsonObject([
            new("$schema", "http://json-schema.org/draft-07/schema#"),
            new("title", "A Bench experiment"),
            .. Detached(schema),
        ]);
    }

    private static JsonObject PriceSchema() =>
        KeySchema.Closed(new JsonObject { ["accelerator"] = Accelerators() }, []);

    private static JsonObject Accelerators()
    {
        var names = Described(
            "the device whose dollars an hour, watts and FLOP/s are counted with",
            KeySchema.OneOf(Accelerator.Known)
        );
        names["default"] = Accelerator.Default;
        return names;
    }

    private static JsonObject Described(string meaning, JsonObject schema)
    {
        schema["description"] = meaning;
        return schema;
    }

    private static JsonObject TaskSchema()
    {
        var properties = new JsonObject
        {
            ["name"] = Described("its name in tables, and its kind where `task` is absent", KeySchema.Name()),
            ["task"] = Described("its kind", KeySchema.OneOf(Catalogue<ITask>.Names)),
        };
        JsonObject Chosen(string kind) =>
            new()
            {
                ["anyOf"] = new JsonArray(
                    new JsonObject
                    {
                        ["required"] = KeySchema.Texts(["task"]),
                        ["properties"] = new JsonObject { ["task"] = Const(kind) },
                    },
                    new JsonObject
                    {
                        ["not"] = Required("task"),
                        ["properties"] = new JsonObject { ["name"] = Const(kind) },
                    }
                ),
            };
        var schema = Union<ITask>(properties, ["name"], Chosen);
        // A task of no known kind.
        ((JsonArray)schema["allOf"]!).Add(
            new JsonObject
            {
                ["anyOf"] = new JsonArray(
                    Required("task"),
                    new JsonObject
                    {
                        ["properties"] = new JsonObject { ["name"] = KeySchema.OneOf(Catalogue<ITask>.Names) },
                    }
                ),
            }
        );
        return schema;
    }

    private static JsonObject MethodSchema()
    {
        var properties = KeySchema.PropertiesOf(typeof(MethodSpec));
        (properties["objective"], properties["signal"]) = (
            Described("the loss", KeySchema.OneOf(Catalogue<Objective>.Names)),
            Described("the signal to learn from", KeySchema.OneOf(Catalogue<Signal>.Names))
        );
        var objectives = Union<Objective>(
            properties,
            [.. KeySchema.RequiredOf(typeof(MethodSpec)), "objective", "signal"],
            kind => Is("objective", kind),
            KeysOf<Signal>()
        );
        var signals = Union<Signal>(
            [],
            [],
            kind => Is("signal", kind),
            KeysOf<Objective>().Concat(SectionReader.KeysOf(typeof(MethodSpec)).Select(entry => entry.Key.Name))
        );
        foreach (var (name, property) in Detached((JsonObject)signals["properties"]!))
            ((JsonObject)objectives["properties"]!).TryAdd(name, property);
        var rules = (JsonArray)objectives["allOf"]!;
        foreach (var rule in ((JsonArray)signals["allOf"]!).ToArray())
        {
            ((JsonArray)signals["allOf"]!).Remove(rule);
            rules.Add(rule);
        }

        foreach (var kind in Catalogue<Objective>.Names)
        {
            var objective = (Objective)KeySchema.DefaultOf(Catalogue<Objective>.Find(kind))!;
            rules.Add(
                new JsonObject
                {
                    ["if"] = Is("objective", kind),
                    ["then"] = new JsonObject
                    {
                        ["properties"] = new JsonObject
                        {
                            ["signal"] = KeySchema.OneOf(objective.Signals.Select(Catalogue<Signal>.NameOf)),
                        },
                    },
                }
            );
        }

        return objectives;
    }

    private static JsonObject StudentSchema()
    {
        var properties = KeySchema.PropertiesOf(typeof(StudentSpec));
        (properties["model"], properties["train"], properties["checkpoint"]) = (
            Described("its shape, where it starts from nothing", KeySchema.Ref("model")),
            Described("how it learns gold text first; charged as student-pretraining", KeySchema.Ref("train")),
            Described("the weights that it starts from", KeySchema.Ref("file"))
        );
        var schema = KeySchema.Closed(properties, KeySchema.RequiredOf(typeof(StudentSpec)));
        schema["oneOf"] = new JsonArray(
            Required("model"),
            new JsonObject
            {
                ["required"] = KeySchema.Texts(["checkpoint"]),
                ["not"] = new JsonObject { ["anyOf"] = new JsonArray(Required("train"), Required("model")) },
            }
        );
        return schema;
    }

    private static JsonObject TeacherSchema()
    {
        var properties = KeySchema.PropertiesOf(typeof(TeacherSpec));
        properties["sampling"] = Described("how it writes", KeySchema.Ref("sampling"));
        (properties["train"], properties["model"], properties["checkpoint"]) = (
            Described("it is trained here, on gold text", KeySchema.Ref("train")),
            Described("its shape, with train", KeySchema.Ref("model")),
            Described("its weights: a llama2.c file or a folder in Hugging Face's layout", KeySchema.Ref("file"))
        );
        var form = KeySchema.Closed(new JsonObject { ["of"] = KeySchema.Text() }, ["of"]);
        (properties["onnx"], properties["traces"]) = (
            Described("an ONNX graph, or another teacher exported", Either(KeySchema.Ref("file"), form)),
            Described(
                "recorded prompts and responses in JSON Lines, or another teacher recorded",
                Either(KeySchema.Ref("file"), (JsonObject)form.DeepClone())
            )
        );
        properties["endpoint"] = Described("a server with OpenAI's protocol", EndpointSchema());
        var schema = KeySchema.Closed(properties, KeySchema.RequiredOf(typeof(TeacherSpec)));
        schema["oneOf"] = new JsonArray([.. Names<TeacherKind>.All.Select(Required)]);
        schema["allOf"] = new JsonArray(
            new JsonObject
            {
                ["if"] = Required("train"),
                ["then"] = Required("model"),
                ["else"] = new JsonObject { ["not"] = Required("model") },
            },
            new JsonObject { ["not"] = new JsonObject { ["required"] = KeySchema.Texts(["traces", "sampling"]) } }
        );
        return schema;
    }

    private static JsonObject EndpointSchema()
    {
        var properties = KeySchema.PropertiesOf(typeof(EndpointSpec));
        properties["of"] = Described(
            "another teacher of the experiment, served here; instead of url",
            KeySchema.Text()
        );
        properties["api"] = Described("the protocol's part that is asked", KeySchema.OneOf(["chat", "completions"]));
        var schema = KeySchema.Closed(properties, []);
        string[] elsewhere = ["url", "model", "key-variable", "tokenizer"];
        schema["oneOf"] = new JsonArray(
            new JsonObject { ["required"] = KeySchema.Texts(["url", "model"]), ["not"] = Required("of") },
            new JsonObject
            {
                ["required"] = KeySchema.Texts(["of"]),
                ["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. elsewhere.Select(Required)]) },
            }
        );
        string[] prices = ["usd-per-million-prompt-tokens", "usd-per-million-response-tokens"];
        schema["dependencies"] = new JsonObject
        {
            [prices[0]] = KeySchema.Texts([prices[1]]),
            [prices[1]] = KeySchema.Texts([prices[0]]),
        };
        return schema;
    }

    private static JsonObject ModelSchema()
    {
        var schema = KeySchema.Section(typeof(ModelSection));
        string[] decoder =
        [
            .. SectionReader
                .KeysOf(typeof(ModelSection))
                .Select(entry => entry.Key.Name)
                .Where(name => name != "hidden"),
        ];
        schema["oneOf"] = new JsonArray(
            new JsonObject
            {
                ["required"] = KeySchema.Texts(["hidden"]),
                ["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. decoder.Select(Required)]) },
            },
            new JsonObject
            {
                ["required"] = KeySchema.Texts(["layers", "width", "heads"]),
                ["not"] = Required("hidden"),
            }
        );
        return schema;
    }

    private static JsonObject BudgetSchema()
    {
        var any = new KeyAttribute("values", "") { Low = double.Epsilon, High = 1e30 };
        var values = KeySchema.List(KeySchema.Number(any, isWhole: false));
        values["uniqueItems"] = true;
        var schema = KeySchema.Closed(
            new JsonObject
            {
                ["unit"] = Described("the unit that is counted", KeySchema.OneOf(Catalogue<Budget>.Names)),
                ["values"] = Described("so much of it; every student is trained once for each", values),
            },
            ["unit", "values"]
        );
        schema["if"] = new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["unit"] = KeySchema.OneOf(Catalogue<Budget>.Names.Where(unit => Budget.Of(unit, 1).IsCounted)),
            },
        };
        schema["then"] = new JsonObject
        {
            ["properties"] = new JsonObject
            {
                ["values"] = KeySchema.List(
                    KeySchema.Number(new KeyAttribute("values", "") { Low = 1, High = 1e30 }, isWhole: true)
                ),
            },
        };
        return schema;
    }

    /// <summary>
    /// A section whose kind decides its further keys: those of all kinds are known, and each kind refuses the others'.
    /// </summary>
    private static JsonObject Union<T>(
        JsonObject properties,
        IEnumerable<string> required,
        Func<string, JsonObject> chosen,
        IEnumerable<string>? shared = null
    )
        where T : class
    {
        var (rules, all, kept) = (
            new JsonArray(),
            KeysOf<T>().ToArray(),
            (shared ?? []).ToHashSet(StringComparer.Ordinal)
        );
        foreach (var kind in Catalogue<T>.Names)
        {
            var type = Catalogue<T>.Find(kind);
            var own = KeySchema.PropertiesOf(type);
            foreach (var (name, schema) in own)
                properties.TryAdd(name, Loose((JsonObject)schema!));
            foreach (var foreign in all.Where(name => !own.ContainsKey(name) && !kept.Contains(name)))
                own[foreign] = false;
            var rule = new JsonObject { ["properties"] = own };
            string[] needed = [.. KeySchema.RequiredOf(type)];
            if (needed.Length > 0)
                rule["required"] = KeySchema.Texts(needed);
            rules.Add(new JsonObject { ["if"] = chosen(kind), ["then"] = rule });
        }

        var union = KeySchema.Closed(properties, required);
        union["allOf"] = rules;
        return union;
    }

    private static IEnumerable<string> KeysOf<T>()
        where T : class =>
        Catalogue<T>
            .Names.SelectMany(kind => SectionReader.KeysOf(Catalogue<T>.Find(kind)))
            .Select(entry => entry.Key.Name)
            .Distinct();

    // One kind may require more of a value than another does.
    private static JsonObject Loose(JsonObject schema) =>
        schema["description"] is { } words ? new JsonObject { ["description"] = words.DeepClone() } : [];

    private static JsonObject Is(string key, string value) =>
        new()
        {
            ["properties"] = new JsonObject { [key] = Const(value) },
            ["required"] = KeySchema.Texts([key]),
        };

    private static JsonObject Const(string value) => new() { ["const"] = value };

    private static JsonObject Required(string key) => new() { ["required"] = KeySchema.Texts([key]) };

    private static JsonObject Either(JsonObject one, JsonObject other) =>
        new() { ["anyOf"] = new JsonArray(one, other) };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Detached(JsonObject from)
    {
        var pairs = from.ToArray();
        from.Clear();
        return pairs;
    }
}
