using System.Globalization;
using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>One experiment: a question and everything needed to answer it.</summary>
public sealed record ExperimentSpec : ICheckedSection
{
    /// <summary>The version of the file format.</summary>
    public const int CurrentSchema = 1;

    [Key("schema", "version of this format", Low = CurrentSchema, High = CurrentSchema)]
    public required int Schema { get; init; }

    [Key(
        "name",
        "the experiment's name, which names its results",
        IsName = true,
        Remedy = "give the experiment a name"
    )]
    public required string Name { get; init; }

    [Key(
        "question",
        "the question that the experiment answers",
        Remedy = "state the question that the experiment answers"
    )]
    public required string Question { get; init; }

    /// <summary>How many distinct training problems (or windows of text) the teacher is asked for.</summary>
    [Key(
        "prompts",
        "distinct training problems, or windows of text, that the teacher is asked for",
        Low = 1,
        High = 10_000_000
    )]
    public int Prompts { get; init; } = 4000;

    /// <summary>Passes over the examples when the budget is in queries or generations.</summary>
    [Key("epochs", "passes over the examples when budgets are queries or generations", Low = 1, High = 1_000_000)]
    public int Epochs { get; init; } = 4;

    [Key("training", "how students are trained")]
    public OptimiserSpec Training { get; init; } = new();

    [Key("seeds", "seeds of the students", Low = 0, High = 1L << 53, Remedy = "give at least one")]
    public IReadOnlyList<long> Seeds { get; init; } = [0, 1, 2];

    [Key("evaluation", "how students and teachers are measured")]
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>The published claim that it stands beside; null for none.</summary>
    [Key("as", "the published claim that the experiment stands beside")]
    public ClaimPoint? As { get; init; }

    /// <summary>Differences that the experiment was made to see; none for each method against its baseline.</summary>
    [Key(
        "contrasts",
        "differences that the experiment was made to see",
        Remedy = "name two methods: contrasts: [{ of: a, against: b, primary: true }]",
        Default = "each method against its baseline"
    )]
    public IReadOnlyList<ContrastSpec> Contrasts { get; init; } = [];

    /// <summary>Laws to fit; null for none.</summary>
    [Key("laws", "scaling laws that are fitted to losses")]
    public LawSpec? Laws { get; init; }

    /// <summary>Threads of one unit of work.</summary>
    [Key("threads", "threads of one unit of work", Low = 1, High = 1024)]
    public int Threads { get; init; } = 1;

    /// <summary>The limits of a unit, and where a cluster runs it.</summary>
    [Key("resources", "limits of a unit of work, and where a cluster runs it")]
    public ResourcesSpec Resources { get; init; } = new();

    /// <summary>How models are measured in use; null for not at all. Nothing of it changes a student.</summary>
    [Key("use", "that finished models are measured in use, in each format")]
    public UseSpec? Use { get; init; }

    [Key("precision", "numbers of weights and activations")]
    public Precision Precision { get; init; }

    /// <summary>cpu, cuda or cuda:N.</summary>
    [Key("device", "cpu, cuda or cuda:N")]
    public string Device { get; init; } = "cpu";

    public IReadOnlyList<TaskSpec> Tasks { get; init; } = [];

    /// <summary>One, or several that are compared.</summary>
    public IReadOnlyList<TeacherSpec> Teachers { get; init; } = [];

    public IReadOnlyList<StudentSpec> Students { get; init; } = [];

    /// <summary>Methods first, then baselines.</summary>
    public IReadOnlyList<MethodSpec> Methods { get; init; } = [];

    /// <summary>Amounts of one unit, ascending.</summary>
    public IReadOnlyList<Budget> Budgets { get; init; } = [];

    /// <summary>How learning rates are chosen; null when they are given.</summary>
    public TuningSpec? Tuning { get; init; }

    /// <summary>The charges that a run's total cost adds up.</summary>
    public Boundary Boundary { get; init; } = Boundary.WithUse;

    public Accelerator Prices { get; init; } = Accelerator.Named(Accelerator.Default);

    /// <summary>Where the budgets stand in the file.</summary>
    public SourceLocation BudgetsLocation { get; init; } = new("", 1, 1);

    /// <summary>The file's name in messages.</summary>
    public string File { get; init; } = "";

    /// <summary>The file's content.</summary>
    public string Text { get; init; } = "";

    /// <summary>SHA-256 of the file's bytes, lower-case hexadecimal.</summary>
    public string FileHash { get; init; } = "";

    /// <summary>
    /// The content of the items: the same for all tasks, but that characters and words may stand together.
    /// </summary>
    public TaskContent Content => Tasks[0].Task.Content;

    /// <summary>The first seed of pilots: no experiment has so large a seed by itself.</summary>
    public const long FirstPilotSeed = 7_000_000_000;

    /// <summary>Whether its runs are a pilot's: they tell how far seeds spread, and enter no comparison.</summary>
    public bool IsPilot { get; init; }

    /// <summary>
    /// The same experiment with a few seeds that it does not use otherwise, and no measurement of use.
    /// </summary>
    public ExperimentSpec Pilot(int seeds) =>
        this with
        {
            IsPilot = true,
            Seeds = [.. Enumerable.Range(0, seeds).Select(i => FirstPilotSeed + i)],
            Use = null,
        };

    /// <summary>The name of a method in tables, with its teacher where several are compared.</summary>
    public string LabelOf(string teacher, string method) =>
        Teachers.Count > 1 && teacher.Length > 0 ? method + OfTeacher + teacher : method;

    /// <summary>The text between a method and its teacher.</summary>
    public const string OfTeacher = " of ";

    /// <summary>
    /// The contrasts that are declared; else each method against the first baseline, or the first method.
    /// </summary>
    public IReadOnlyList<ContrastSpec> ContrastsOrDefault
    {
        get
        {
            if (Contrasts.Count > 0)
                return Contrasts;
            var against =
                Methods.FirstOrDefault(method => method.Name == MethodSpec.GoldAnswers)
                ?? Methods.FirstOrDefault(method => method.IsBaseline)
                ?? Methods[0];
            return
            [
                .. Methods
                    .Where(method => method != against)
                    .Select(method => new ContrastSpec { Of = method.Name, Against = against.Name }),
            ];
        }
    }

    /// <summary>The metric of the first task that is a loss; null where there is none.</summary>
    public Metric? LossMetric =>
        Evaluation
            .MetricsOf(Tasks[0].Task)
            .FirstOrDefault(metric => metric == Metric.BitsPerToken || metric == Metric.GoldNats);

    /// <summary>A budget, for the unit that all have.</summary>
    public Budget BudgetUnit => Budgets[0];

    void ICheckedSection.Check(SpecMapping section)
    {
        if (Seeds.Distinct().Count() != Seeds.Count)
            section.Note(new SpecException(section.LocationOfValue("seeds"), "a seed stands twice", "remove one"));
        var isNumbered =
            Device.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(Device.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out _);
        if (Device is not ("cpu" or "cuda") && !isNumbered)
            section.Note(
                new SpecException(
                    section.LocationOfValue("device"),
                    $"there is no device '{Device}'",
                    "use cpu, cuda or cuda:N"
                )
            );
    }
}
