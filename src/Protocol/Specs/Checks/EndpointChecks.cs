using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>
/// The most requests that a server allows: every problem for each way of sampling, and what it is measured on.
/// </summary>
internal sealed class EndpointChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        foreach (var teacher in spec.Teachers)
        {
            if (teacher.Endpoint is not { Queries: { } allowed } endpoint)
                continue;
            var ways = spec
                .Methods.Where(method => method.LearnsFrom(teacher))
                .Select(method => method.Sampling ?? teacher.Sampling)
                .Distinct();
            var measured =
                spec.Tasks.Count(task => task.Task.IsGraded())
                * (long)spec.Evaluation.Items
                * spec.Evaluation.Sampling.Samples;
            var asked = ways.Sum(way => (long)spec.Prompts * way.Samples) + measured;
            if (asked > allowed)
                yield return new SpecException(
                    endpoint.Location,
                    $"endpoint '{teacher.Name}' would be asked {asked} times, and queries allows {allowed}",
                    "lower prompts, samples or items, or raise queries"
                );
        }
    }
}
