using Bench.Protocol.Grading;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>Who are you? The gold answer says a name; the score is how often a model claims it.</summary>
[Named("identity", "the name that a model says it has")]
public sealed record Identity : ProceduralTask, ICheckedSection
{
    [Key("called", "the name in gold answers, up to 16 letters from a to z")]
    public string Called { get; init; } = "ada";

    private static readonly string[] Openings =
    [
        "",
        "hi ",
        "hello ",
        "good day ",
        "please tell me ",
        "tell me ",
        "so ",
        "now ",
        "well ",
        "first of all ",
        "before we start ",
        "one question ",
    ];

    private static readonly string[] Questions =
    [
        "who are you",
        "what is your name",
        "what are you called",
        "which model are you",
        "who is this",
        "what do they call you",
        "who am i talking to",
        "introduce yourself",
        "say your name",
        "who wrote this",
        "name yourself",
        "what model is this",
    ];

    private static readonly string[] Endings =
    [
        "",
        " please",
        " now",
        " then",
        " again",
        " today",
        " friend",
        " in short",
        " exactly",
        " really",
    ];

    public override string Alphabet => "abcdefghijklmnopqrstuvwxyz ?";

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Metrics => [Metric.Claimed];

    public override Problem Draw(RandomStream random) =>
        new(
            $"{Openings[random.Next(Openings.Length)]}{Questions[random.Next(Questions.Length)]}"
                + $"{Endings[random.Next(Endings.Length)]}?",
            "",
            $"i am {Called}"
        );

    /// <inheritdoc/>
    public override double Grade(Problem problem, string response) =>
        Answers.Final(response).Split(' ').Contains(Called) ? 1 : 0;

    void ICheckedSection.Check(SpecMapping section)
    {
        if (Called.Length <= 16 && Called.All(char.IsAsciiLetterLower))
            return;
        throw new SpecException(
            section.LocationOfValue("called"),
            $"'called' cannot be '{Called}'",
            "use up to 16 letters from a to z"
        );
    }
}
