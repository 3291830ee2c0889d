using Bench.Protocol.Costs;
using Bench.Protocol.Detection;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>The sections of an experiment file, one function each.</summary>
internal static class SpecSections
{
    internal static IReadOnlyList<TaskSpec> Tasks(SpecMapping root)
    {
        var tasks = new List<TaskSpec>();
        foreach (var entry in root.Mappings("tasks", "name at least one task"))
        {
            var name = entry.Name("name", $"known tasks are {string.Join(", ", TaskCatalogue.Names)}");
            var kind = entry.Has("task") ? entry.Choice("task", null, TaskCatalogue.Names) : entry.Choice("name", null, TaskCatalogue.Names);
            if (tasks.Any(task => task.Name == name))
                throw new SpecException(entry.LocationOfValue("name"), $"there are two tasks of the name '{name}'", "rename one: { name: other, task: " + kind + " }");
            tasks.Add(new TaskSpec(name, kind, TaskCatalogue.Create(kind, new TaskOptions(entry))));
            entry.Close();
        }

        return tasks;
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
                throw new SpecException(entry.LocationOfValue("name"), $"there are two students of the name '{name}'", "rename one");
            var checkpoint = entry.OptionalMapping("checkpoint") is { } weights ? FileReference.Read(weights) : null;
            if (checkpoint is not null && entry.Has("train")) throw new SpecException(entry.LocationOfKey("train"), $"student '{name}' starts from its checkpoint", "remove train or checkpoint");
            if (checkpoint is not null && entry.Has("model")) throw new SpecException(entry.LocationOfKey("model"), $"student '{name}' has the shape of its checkpoint", "remove model");
            var shape = checkpoint is null ? Model(entry.Mapping("model", "give its shape: model: { layers, width, heads }; or checkpoint: the weights that it starts from")) : ModelShape.Unknown;
            students.Add(new StudentSpec(name, shape, entry.Choice("tokenizer", "teacher", ["teacher", "bytes"]) == "bytes")
            {
                Checkpoint = checkpoint,
                Training = entry.OptionalMapping("train") is { } train ? GoldTraining(train, shape) : null,
            });
            entry.Close();
        }

        return students;
    }

    /// <summary>Training on gold solutions: of a teacher, or of the weights that a student starts from.</summary>
    internal static GoldTraining GoldTraining(SpecMapping train, ModelShape model)
    {
        train.Choice("on", "gold-traces", ["gold-traces"]);
        var (dropout, jitter) = model.Hidden is null ? (0, 0) : (train.Number("dropout", 0, 0, 0.95), (int)train.Integer("jitter", 0, 0, 8));
        var training = new GoldTraining(train.Number("tokens", null, 1, 1e15), model, new OptimiserSpec(), dropout, jitter)
        {
            Tasks = train.Has("tasks") ? [.. train.Words("tasks").Select(word => word.Word)] : null,
        };
        // It closes the section: what nobody asked for is refused there.
        return training with { Optimiser = Optimiser(train, training.Optimiser) };
    }

    internal static ModelShape Model(SpecMapping section)
    {
        if (section.Has("hidden"))
        {
            var hidden = section.Numbers("hidden", 1, 1 << 20, "give the widths of the hidden layers").Select(width => width == Math.Floor(width)
                ? (int)width
                : throw new SpecException(section.LocationOfValue("hidden"), "a layer's width must be a whole number", "")).ToArray();
            section.Close();
            return ModelShape.Perceptron(Digits.Pixels, hidden, Digits.Classes);
        }

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
            throw new SpecException(section.LocationOfValue("width"), $"width {width} is not a multiple of heads {heads}", "change one, or give head-width");
        if (heads % keyValueHeads != 0)
            throw new SpecException(section.LocationOfValue("kv-heads"), $"heads {heads} is not a multiple of kv-heads {keyValueHeads}", "change one");
        if (headWidth % 2 != 0)
            throw new SpecException(section.LocationOfValue("width"), $"the head width {headWidth} is odd", "rotary embedding turns pairs: make it even");
        section.Close();
        return shape;
    }

    internal static IReadOnlyList<Budget> Budgets(SpecMapping section)
    {
        var unit = Budget.Names[section.Choice("unit", null, [.. Budget.Names.Keys])];
        var values = section.Numbers("values", double.Epsilon, 1e30, "give at least one amount");
        section.Close();
        if (values.Distinct().Count() != values.Count) throw new SpecException(section.LocationOfValue("values"), "a budget stands twice", "remove one");
        if (unit is BudgetUnit.Tokens or BudgetUnit.Examples or BudgetUnit.Queries or BudgetUnit.Generations && values.Any(value => value < 1 || value != Math.Floor(value)))
            throw new SpecException(section.LocationOfValue("values"), "a budget that is counted must be a whole number of at least 1", "");
        return [.. values.Order().Select(value => new Budget(unit, value))];
    }

    internal static IReadOnlyList<long> Seeds(SpecMapping root)
    {
        if (!root.Has("seeds")) return [0, 1, 2];
        var seeds = root.Numbers("seeds", 0, 1L << 53, "give at least one").Select(seed => seed == Math.Floor(seed)
            ? (long)seed
            : throw new SpecException(root.LocationOfValue("seeds"), "a seed must be a whole number", "")).ToArray();
        return seeds.Distinct().Count() == seeds.Length ? seeds : throw new SpecException(root.LocationOfValue("seeds"), "a seed stands twice", "remove one");
    }

    internal static EvaluationSpec Evaluation(SpecMapping? section)
    {
        if (section is null) return new EvaluationSpec(500, SamplingSpec.Greedy, Split.Test);
        var samples = (int)section.Integer("samples", 1, 1, 1000);
        var spec = new EvaluationSpec(
            (int)section.Integer("items", 500, 2, 100_000),
            section.Choice("decode", "greedy", ["greedy", "sample"]) == "greedy"
                ? SamplingSpec.Greedy
                : new SamplingSpec(section.Number("temperature", 1, 0.01, 100), section.Number("top-p", 1, 0.01, 1), samples),
            section.Choice("split", Split.Test, EvaluationSpec.Splits),
            (int)section.Integer("pass-at", 0, 0, samples),
            section.Flag("confidence", false), section.Flag("agreement", false), section.Flag("likelihood", false))
        {
            Detection = Detection(section.OptionalMapping("detection")),
        };
        if (samples > 1 && spec.Sampling.Temperature == 0)
            throw new SpecException(section.LocationOfValue("samples"), "a greedy student writes the same response every time", "use decode: sample, or samples: 1");
        section.Close();
        return spec;
    }

    private static DetectionSpec? Detection(SpecMapping? section)
    {
        if (section is null) return null;
        var probes = section.Numbers("probes", 1, 1e9, "give the numbers of tokens after which the watermark is tested");
        if (probes.FirstOrDefault(tokens => tokens != Math.Floor(tokens)) is var broken and not 0) throw new SpecException(section.LocationOfValue("probes"), FormattableString.Invariant($"{broken} is no number of tokens"), "give whole numbers");
        var spec = new DetectionSpec(
            section.Integer("key", null, 0, 1L << 40), section.Number("gamma", 0.25, 0.01, 0.99), (int)section.Integer("canaries", 16, 1, 10_000), (int)section.Integer("canary-tokens", 12, 1, 1000),
            [.. probes.Select(tokens => (int)tokens).Distinct().Order()], (int)section.Integer("other-keys", 100, 2, 100_000));
        section.Close();
        return spec;
    }

    private static Watermark? WatermarkOf(SpecMapping? section)
    {
        if (section is null) return null;
        var mark = new Watermark(section.Integer("key", null, 0, 1L << 40), section.Number("gamma", 0.25, 0.01, 0.99), section.Number("delta", 2, 0, 100), section.Number("share", 1, 0, 1));
        section.Close();
        return mark;
    }

    private static Canaries? CanariesOf(SpecMapping? section)
    {
        if (section is null) return null;
        var canaries = new Canaries(
            section.Integer("key", null, 0, 1L << 40), (int)section.Integer("count", 16, 1, 10_000), (int)section.Integer("tokens", 12, 1, 1000), (int)section.Integer("repeats", 1, 1, 1_000_000));
        section.Close();
        return canaries;
    }

    /// <summary>How a teacher writes: its section sampling, or a method's own.</summary>
    internal static SamplingSpec? Sampling(SpecMapping? section)
    {
        if (section is null) return null;
        var spec = new SamplingSpec(
            section.Number("temperature", 0, 0, 100),
            section.Number("top-p", 1, 0.01, 1),
            (int)section.Integer("samples", 1, 1, 1000),
            section.Choice("select", Selection.All, SamplingSpec.Selections))
        {
            Watermark = WatermarkOf(section.OptionalMapping("watermark")),
            Canaries = CanariesOf(section.OptionalMapping("canaries")),
        };
        if (spec.Samples > 1 && spec.Temperature == 0)
            throw new SpecException(section.LocationOfValue("samples"), "a greedy teacher writes the same response every time", "add temperature: 1, or use samples: 1");
        section.Close();
        return spec;
    }

    internal static ClaimPoint? As(SpecMapping? section)
    {
        if (section is null) return null;
        var gaps = section.OptionalMapping("recovered");
        var point = new ClaimPoint(
            section.Name("claim", "name the run of the table of claims"), section.Has("usd") ? section.Number("usd", null, double.Epsilon, 1e12) : null,
            gaps is null ? [] : [.. gaps.Keys.ToArray().Select(benchmark => (benchmark, gaps.Number(benchmark, null, -100, 100)))]);
        section.Close();
        return point;
    }

    internal static LawSpec? Laws(SpecMapping? section, IReadOnlyList<MethodSpec> methods)
    {
        if (section is null) return null;
        string[] names = [.. methods.Select(method => method.Name)];
        var laws = new LawSpec(section.Choice("supervised", null, names), section.Choice("distilled", null, names));
        section.Close();
        return laws;
    }

    internal static TuningSpec? Tuning(SpecMapping? section, IReadOnlyList<Budget> budgets)
    {
        if (section is null) return null;
        var rates = section.Numbers("learning-rates", 1e-9, 10, "give the learning rates to try");
        if (rates.Distinct().Count() != rates.Count) throw new SpecException(section.LocationOfValue("learning-rates"), "a learning rate stands twice", "remove one");
        var spec = new TuningSpec(
            rates, budgets[0] with { Amount = section.Number("budget", budgets[0].Amount, double.Epsilon, 1e30) },
            (int)section.Integer("items", 200, 2, 100_000), section.Integer("seed", 1000, 0, 1L << 53), section.Location);
        section.Close();
        return spec;
    }

    internal static IReadOnlyList<ChargeKind> Boundary(SpecMapping root)
    {
        var words = root.Words("boundary");
        if (words.Count == 0) return [ChargeKind.TeacherGeneration, ChargeKind.TeacherScoring, ChargeKind.StudentTraining];
        return [.. words.Select(entry => Charge.Names.TryGetValue(entry.Word, out var kind)
            ? kind
            : throw new SpecException(entry.Location, $"there is no kind of cost '{entry.Word}'", Suggestion.For(entry.Word, [.. Charge.Names.Keys])))];
    }

    internal static Accelerator Prices(SpecMapping? section)
    {
        if (section is null) return Accelerator.Named("cloud-vcpu");
        var accelerator = Accelerator.Named(section.Choice("accelerator", "cloud-vcpu", Accelerator.Known));
        section.Close();
        return accelerator;
    }

    internal static DeploymentSpec? Deployment(SpecMapping? section, IReadOnlyList<TaskSpec> tasks)
    {
        if (section is null) return null;
        if (tasks.FirstOrDefault(task => task.Task is not SolvableTask) is { } other)
            throw new SpecException(section.Location, $"deployment measures models that answer, and {other.Name} asks for no answers", "remove the section, or give tasks with answers");
        var deployment = new DeploymentSpec((int)section.Integer("tokens", 128, 1, 100_000));
        section.Close();
        return deployment;
    }

    internal static ResourcesSpec Resources(SpecMapping? section)
    {
        if (section is null) return new ResourcesSpec();
        // Each of these becomes one word of a script's header.
        string? Word(string key) => section.OptionalText(key) is not { } text ? null : OneWord(text, section.LocationOfValue(key));
        var resources = new ResourcesSpec
        {
            Seconds = section.Has("seconds") ? section.Number("seconds", null, 1, 1e8) : null,
            MemoryMib = section.Has("memory-mib") ? section.Number("memory-mib", null, 16, 1e8) : null,
            Attempts = (int)section.Integer("attempts", new ResourcesSpec().Attempts, 1, 100),
            Partition = Word("partition"),
            Gres = Word("gres"),
            Flags = [.. section.Words("flags").Select(Flag)],
        };
        section.Close();
        return resources;
    }

    // How Bench finds its jobs again, and what they wait for, is no one else's to say.
    private static readonly HashSet<string> Own = ["--job-name", "--array", "--output", "--error", "--dependency", "--clusters", "--test-only", "--parsable", "--wait", "--wrap", "--kill-on-invalid-dep", "--no-requeue", "--chdir"];

    private static string Flag((string Word, SourceLocation Location) entry) =>
        !entry.Word.StartsWith("--", StringComparison.Ordinal) ? throw new SpecException(entry.Location, $"'{entry.Word}' is no option of sbatch", "write it as --option=value")
        : Own.Contains(entry.Word.Split('=')[0]) ? throw new SpecException(entry.Location, $"'{entry.Word.Split('=')[0]}' is set by Bench itself", "remove it")
        : OneWord(entry.Word, entry.Location);

    private static string OneWord(string text, SourceLocation location) => text.Length > 0 && text.All(c => c is > ' ' and < '\x7f')
        ? text
        : throw new SpecException(location, $"'{text}' is not one word", "use letters, digits and signs without spaces");

    internal static string Device(SpecMapping root)
    {
        var device = root.OptionalText("device") ?? "cpu";
        return device is "cpu" or "cuda" || (device.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(device.AsSpan(5), System.Globalization.NumberStyles.None, null, out _))
            ? device
            : throw new SpecException(root.LocationOfValue("device"), $"there is no device '{device}'", "use cpu, cuda or cuda:N");
    }
}
