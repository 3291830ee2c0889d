using Bench.Protocol.Reading;
using Bench.Protocol.Signals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>
/// A method's choice from the pool of a teacher's responses: which of them, and what replaces the others.
/// </summary>
internal sealed class PoolChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        foreach (var method in spec.Methods)
        {
            if (method.GoldShare > 0 && !spec.Content.IsGraded())
                yield return new SpecException(
                    method.Location,
                    $"method '{method.Name}' mixes gold solutions in, and these tasks have none",
                    "remove gold-share"
                );
            if (method.Choose != PromptChoice.First && (!spec.BudgetUnit.LimitsPool || !spec.Content.IsGraded()))
                yield return new SpecException(
                    method.Location,
                    $"method '{method.Name}' chooses which prompts to ask, and this budget does not count them",
                    "use budgets in queries, or remove choose"
                );
            foreach (
                var (problem, remedy) in spec
                    .Teachers.Where(method.LearnsFrom)
                    .SelectMany(teacher => OfTeacher(spec, method, teacher))
            )
                yield return new SpecException(method.Location, $"method '{method.Name}' {problem}", remedy);
        }
    }

    private static IEnumerable<(string Problem, string Remedy)> OfTeacher(
        ExperimentSpec spec,
        MethodSpec method,
        TeacherSpec teacher
    )
    {
        var sampling = method.Sampling ?? teacher.Sampling;
        if (teacher is { Kind: TeacherKind.Traces, Of: null } && (method.Shares is not null || method.GoldShare > 0))
            yield return (
                $"divides prompts, and teacher '{teacher.Name}' is recorded: its prompts are not chosen here",
                "remove shares and gold-share"
            );
        if (method.GoldShare > 0 && (spec.BudgetUnit.LimitsPool || method.SplitsTraces))
            yield return (
                "mixes gold solutions in, and a budget in queries or a loss of two parts has no room for what nobody "
                    + "was asked",
                "remove gold-share, or use cross-entropy with another budget"
            );
        if (
            method.Choose != PromptChoice.First
            && (sampling.Samples > 1 || sampling.Select != Selection.All || spec.Students.Any(student => student.Bytes))
        )
            yield return (
                "chooses prompts before it knows their responses, in its teacher's tokens",
                "sample each prompt once, select all, and give students no tokenizer of their own"
            );
        if (sampling.Watermark is { Share: < 1 } && (spec.BudgetUnit.LimitsPool || method.GoldShare > 0))
            yield return (
                "takes the first part of a pool of which another first part is marked",
                "mark all of it, or use another budget and no gold-share"
            );
    }
}
