using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Methods beside the teachers, students and batches of the experiment.</summary>
internal sealed class MethodChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        string[] teachers = [.. spec.Teachers.Select(teacher => teacher.Name)];
        foreach (var method in spec.Methods)
        {
            foreach (var unknown in (method.Teachers ?? []).Except(teachers))
                yield return new SpecException(
                    method.Location,
                    $"method '{method.Name}' learns from '{unknown}', which is no teacher",
                    Suggestion.For(unknown, teachers)
                );
            if (method.NeedsSameTokens && spec.Students.FirstOrDefault(student => student.Bytes) is { } student)
                yield return new SpecException(
                    method.Location,
                    $"method '{method.Name}' pairs tokens, and student '{student.Name}' has another tokenizer than "
                        + $"the teacher",
                    "use objective: uld, or remove the student's tokenizer"
                );
            if (spec.Tuning is not null && method.LearningRate is not null)
                yield return new SpecException(
                    method.Location,
                    $"method '{method.Name}' has its own learning rate, and learning rates are tuned",
                    "remove learning-rate or tuning"
                );
            if (method.Signal is OnPolicy { Replay: > 0 } own && own.Replay < spec.Training.Batch)
                yield return new SpecException(
                    method.Location,
                    $"a replay buffer of {own.Replay} is smaller than a batch of {spec.Training.Batch}",
                    "raise replay"
                );
        }
    }
}
