using Bench.Protocol.Costs;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>The sections of an experiment file, one function each.</summary>
internal static class SpecSections
{
    private static readonly string[] Baselines = ["gold-answers", "gold-traces"];

    internal static IReadOnlyList<TaskSpec> Tasks(SpecMapping root)
    {
        var tasks = new List<TaskSpec>();
        foreach (var entry in root.Mappings("tasks", "name at least one task"))
        {
            var name = entry.Name("name", $"known tasks are {string.Join(", ", TaskCatalogue.Names)}");
            var kind = entry.Has("task") ? entry.Choice("task", null, TaskCatalogue.Names) : entry.Choice("name", null, TaskCatalogue.Names);
            if (tasks.Any(task => task.Name == name))
                throw new SpecException(entry.PlaceOfValue("name"), $"there are two tasks of the name '{name}'", "rename one: { name: other, task: " + kind + " }");
            tasks.Add(new TaskSpec(name, kind, TaskCatalogue.Create(kind, new TaskOptions(entry))));
            entry.Close();
        }

        return tasks;
    }

    internal static TeacherSpec Teacher(SpecMapping section)
    {
        var teacher = new TeacherSpec
        {
            Name = section.Name("name", "name the teacher"),
            Licence = section.Text("licence", "name the teacher's licence by its SPDX id, e.g. MIT"),
            LicencePlace = section.PlaceOfValue("licence"),
            Training = section.OptionalMapping("train") is { } train ? TeacherTraining(train, section) : null,
            Checkpoint = section.OptionalMapping("checkpoint") is { } checkpoint ? Checkpoint(checkpoint) : null,
            Sampling = Sampling(section.OptionalMapping("sampling")),
        };
        section.Close();
        return (teacher.Training is null) != (teacher.Checkpoint is null)
            ? teacher
            : throw new SpecException(section.Place, "a teacher is either trained here or loaded", "give exactly one of train: and checkpoint:");
    }

    private static TeacherTraining TeacherTraining(SpecMapping train, SpecMapping section)
    {
        train.Choice("on", "gold-traces", ["gold-traces"]);
        var tokens = train.Number("tokens", null, 1, 1e15);
        var model = Model(section.Mapping("model", "give the teacher's shape: model: { layers, width, heads }"));
        return new TeacherTraining(tokens, model, Optimiser(train, new OptimiserSpec()));
    }

    private static CheckpointSpec Checkpoint(SpecMapping section)
    {
        var path = section.Text("path", "a llama2.c .bin file or a folder");
        var url = section.OptionalText("url");
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http"))
            throw new SpecException(section.PlaceOfValue("url"), "'url' is not a web address", "it starts with https://");
        var sha256 = section.OptionalText("sha256");
        if (sha256 is not null && !(sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)))
            throw new SpecException(section.PlaceOfValue("sha256"), "'sha256' is not a checksum", "64 lower-case hexadecimal digits");
        if (url is not null && sha256 is null) throw new SpecException(section.PlaceOfKey("url"), "a download needs a checksum", "add sha256:");
        var tokenizer = section.OptionalMapping("tokenizer") is { } inner ? Checkpoint(inner) : null;
        section.Close();
        return new CheckpointSpec(path, url is null ? null : new Uri(url), sha256, tokenizer, section.PlaceOfValue("path"));
    }

    internal static OptimiserSpec Optimiser(SpecMapping? section, OptimiserSpec fallback)
    {
        if (section is null) return fallback;
        var spec = new OptimiserSpec
        {
            LearningRate = section.Number("learning-rate", fallback.LearningRate, 1e-9, 10),
            Batch = (int)section.Integer("batch", fallback.Batch, 1, 65_536),
            Warmup = section.Number("warmup", fallback.Warmup, 0, 1),
            FinalShare = section.Number("final-share", fallback.FinalShare, 0, 1),
            WeightDecay = section.Number("weight-decay", fallback.WeightDecay, 0, 10),
            Beta1 = section.Number("beta1", fallback.Beta1, 0, 0.9999),
            Beta2 = section.Number("beta2", fallback.Beta2, 0, 0.99999),
            ClipNorm = section.Number("clip-norm", fallback.ClipNorm, 1e-6, 1e9),
            MicroBatches = (int)section.Integer("micro-batches", fallback.MicroBatches, 1, 4096),
        };
        section.Close();
        return spec;
    }

    internal static IReadOnlyList<StudentSpec> Students(SpecMapping root)
    {
        var students = new List<StudentSpec>();
        foreach (var entry in root.Mappings("students", "name at least one student"))
        {
            var name = entry.Name("name", "name the student");
            if (students.Any(student => student.Name == name))
                throw new SpecException(entry.PlaceOfValue("name"), $"there are two students of the name '{name}'", "rename one");
            students.Add(new StudentSpec(name, Model(entry.Mapping("model", "give its shape: model: { layers, width, heads }"))));
            entry.Close();
        }

        return students;
    }

    private static ModelShape Model(SpecMapping section)
    {
        var layers = (int)section.Integer("layers", null, 1, 512);
        var width = (int)section.Integer("width", null, 2, 65_536);
        var heads = (int)section.Integer("heads", null, 1, 1024);
        var keyValueHeads = (int)section.Integer("kv-heads", heads, 1, heads);
        var headWidth = (int)section.Integer("head-width", width / heads, 2, 1024);
        var shape = new ModelShape
        {
            Layers = layers,
            Width = width,
            Heads = heads,
            KeyValueHeads = keyValueHeads,
            HeadWidth = headWidth,
            FeedForward = (int)section.Integer("ffn", (width * 8 / 3 + 7) / 8 * 8, 1, 1 << 20),
            TiedHead = section.Flag("tied-head", false),
            AttentionBias = section.Flag("attention-bias", false),
        };
        if (!section.Has("head-width") && width % heads != 0)
            throw new SpecException(section.PlaceOfValue("width"), $"width {width} is not a multiple of heads {heads}", "change one, or give head-width");
        if (heads % keyValueHeads != 0)
            throw new SpecException(section.PlaceOfValue("kv-heads"), $"heads {heads} is not a multiple of kv-heads {keyValueHeads}", "change one");
        if (headWidth % 2 != 0)
            throw new SpecException(section.PlaceOfValue("width"), $"the head width {headWidth} is odd", "rotary embedding turns pairs: make it even");
        section.Close();
        return shape;
    }

    internal static IReadOnlyList<MethodSpec> Methods(SpecMapping root)
    {
        var methods = new List<MethodSpec>();
        foreach (var entry in root.Mappings("methods", "name at least one method"))
        {
            var name = entry.Name("name", "name the method");
            if (name is "untrained" or "teacher" || Baselines.Contains(name) || methods.Any(method => method.Name == name))
                throw new SpecException(entry.PlaceOfValue("name"), $"the method name '{name}' is taken", "choose another");
            methods.Add(Method(entry, name));
            entry.Close();
        }

        foreach (var (name, place) in root.Words("baselines"))
        {
            if (!Baselines.Contains(name)) throw new SpecException(place, $"there is no baseline '{name}'", Suggestion.For(name, Baselines));
            if (methods.Any(method => method.Name == name)) throw new SpecException(place, $"the baseline '{name}' stands twice", "remove one");
            methods.Add(new MethodSpec
            {
                Name = name,
                Signal = SignalKind.Gold,
                Objective = "cross-entropy",
                Keep = name == "gold-answers" ? Keep.Answer : Keep.Trace,
            });
        }

        return methods;
    }

    private static MethodSpec Method(SpecMapping entry, string name)
    {
        var signal = entry.Choice("signal", null, ["text", "top-k"]) == "text" ? SignalKind.Text : SignalKind.TopK;
        var objective = entry.Choice("objective", null, ["cross-entropy", "forward-kl"]);
        if (objective == "forward-kl" && signal == SignalKind.Text)
            throw new SpecException(entry.PlaceOfValue("objective"), "forward-kl needs probabilities, and the signal is text", "use signal: top-k or objective: cross-entropy");
        if (objective == "cross-entropy" && signal == SignalKind.TopK)
            throw new SpecException(entry.PlaceOfValue("objective"), "cross-entropy learns from text, and the signal is top-k", "use signal: text or objective: forward-kl");
        return new MethodSpec
        {
            Name = name,
            Signal = signal,
            Objective = objective,
            Keep = entry.Choice("keep", "trace", ["answer", "trace"]) == "answer" ? Keep.Answer : Keep.Trace,
            Temperature = objective == "forward-kl" ? entry.Number("temperature", 1, 0.05, 100) : 1,
            K = signal == SignalKind.TopK ? (int)entry.Integer("k", 8, 1, 4096) : 0,
            LearningRate = entry.Has("learning-rate") ? entry.Number("learning-rate", null, 1e-9, 10) : null,
        };
    }

    internal static IReadOnlyList<Budget> Budgets(SpecMapping section)
    {
        var unit = Budget.Names[section.Choice("unit", null, [.. Budget.Names.Keys])];
        var values = section.Numbers("values", double.Epsilon, 1e30, "give at least one amount");
        section.Close();
        if (values.Distinct().Count() != values.Count) throw new SpecException(section.PlaceOfValue("values"), "a budget stands twice", "remove one");
        if (unit is BudgetUnit.Tokens or BudgetUnit.Examples or BudgetUnit.Queries && values.Any(value => value < 1 || value != Math.Floor(value)))
            throw new SpecException(section.PlaceOfValue("values"), "a budget that is counted must be a whole number of at least 1", "");
        return [.. values.Order().Select(value => new Budget(unit, value))];
    }

    internal static IReadOnlyList<long> Seeds(SpecMapping root)
    {
        if (!root.Has("seeds")) return [0, 1, 2];
        var seeds = root.Numbers("seeds", 0, 1L << 53, "give at least one").Select(seed => seed == Math.Floor(seed)
            ? (long)seed
            : throw new SpecException(root.PlaceOfValue("seeds"), "a seed must be a whole number", "")).ToArray();
        return seeds.Distinct().Count() == seeds.Length ? seeds : throw new SpecException(root.PlaceOfValue("seeds"), "a seed stands twice", "remove one");
    }

    internal static EvaluationSpec Evaluation(SpecMapping? section)
    {
        if (section is null) return new EvaluationSpec(500, SamplingSpec.Greedy, Split.Test);
        var decode = section.Choice("decode", "greedy", ["greedy", "sample"]);
        var spec = new EvaluationSpec(
            (int)section.Integer("items", 500, 2, 100_000),
            decode == "greedy" ? SamplingSpec.Greedy : new SamplingSpec(section.Number("temperature", 1, 0.01, 100)),
            section.Choice("split", "test", ["test", "validation"]) == "test" ? Split.Test : Split.Validation);
        section.Close();
        return spec;
    }

    private static SamplingSpec Sampling(SpecMapping? section)
    {
        if (section is null) return SamplingSpec.Greedy;
        var temperature = section.Number("temperature", 0, 0, 100);
        section.Close();
        return new SamplingSpec(temperature);
    }

    internal static IReadOnlyList<ChargeKind> Boundary(SpecMapping root)
    {
        var words = root.Words("boundary");
        if (words.Count == 0) return [ChargeKind.TeacherGeneration, ChargeKind.TeacherScoring, ChargeKind.StudentTraining];
        return [.. words.Select(entry => Charge.Names.TryGetValue(entry.Word, out var kind)
            ? kind
            : throw new SpecException(entry.Place, $"there is no kind of cost '{entry.Word}'", Suggestion.For(entry.Word, [.. Charge.Names.Keys])))];
    }

    internal static Accelerator Prices(SpecMapping? section)
    {
        if (section is null) return Accelerator.Named("cloud-vcpu");
        var accelerator = Accelerator.Named(section.Choice("accelerator", "cloud-vcpu", Accelerator.Known));
        section.Close();
        return accelerator;
    }

    internal static string Device(SpecMapping root)
    {
        var device = root.OptionalText("device") ?? "cpu";
        return device is "cpu" or "cuda" || (device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), System.Globalization.NumberStyles.None, null, out _))
            ? device
            : throw new SpecException(root.PlaceOfValue("device"), $"there is no device '{device}'", "use cpu, cuda or cuda:N");
    }

    internal static void CheckTogether(ExperimentSpec spec, SpecMapping root)
    {
        var fromTeacher = spec.Tasks.Where(task => task.Task is TeacherText).ToArray();
        if (fromTeacher.Length > 0 && spec.Tasks.Count > fromTeacher.Length)
            throw new SpecException(root.PlaceOfKey("tasks"), "teacher-text cannot stand beside tasks with gold solutions", "make two experiments");
        if (fromTeacher.Length > 0 && spec.Methods.Any(method => method.IsBaseline))
            throw new SpecException(root.PlaceOfKey("baselines"), "teacher-text has no gold solutions to make a baseline from", "remove baselines:");
        if (fromTeacher.Length > 0 && spec.Teacher.Training is not null)
            throw new SpecException(root.PlaceOfKey("teacher"), "a teacher cannot be trained on its own text", "use checkpoint:");
        if (fromTeacher.Length == 0 && spec.Teacher.Checkpoint is { Path: var path } && path.EndsWith(".bin", StringComparison.Ordinal))
            throw new SpecException(spec.Teacher.Checkpoint.Place, "a llama2.c teacher has its own tokens, and these tasks are spelt in characters", "use the task teacher-text");
        if (fromTeacher.Length > 1) throw new SpecException(root.PlaceOfKey("tasks"), "a teacher has one text", "keep one teacher-text task");
        if (fromTeacher.Length > 0 && spec.Teacher.Sampling.Temperature == 0)
            throw new SpecException(root.PlaceOfKey("teacher"), "a greedy teacher writes the same text every time", "add sampling: { temperature: 1 }");
        if (fromTeacher.Length > 0 && spec.Methods.Any(method => method.Keep == Keep.Answer))
            throw new SpecException(root.PlaceOfKey("methods"), "teacher-text has no answers to keep", "use keep: trace");
        if (spec.Boundary.Contains(ChargeKind.Tuning)) throw new SpecException(root.PlaceOfKey("boundary"), "nothing is tuned in this experiment", "remove tuning");
        if (spec.Budgets.FirstOrDefault(budget => budget.Unit == BudgetUnit.Queries && budget.Amount > spec.Prompts) is { } queries)
            throw new SpecException(root.PlaceOfKey("budgets"), FormattableString.Invariant($"{queries.Amount} queries are more than the {spec.Prompts} prompts"), "raise prompts");
        foreach (var task in spec.Tasks)
        {
            if (task.Task is not ProceduralTask procedural) continue;
            var found = ProblemSets.Draw(procedural, spec.Evaluation.Split, spec.Evaluation.Items, default).Count;
            if (found < spec.Evaluation.Items)
                throw new SpecException(root.PlaceOfKey("evaluation"), $"task '{task.Name}' has only {found} held-out problems", "ask for fewer items or make the task harder");
        }
    }
}
