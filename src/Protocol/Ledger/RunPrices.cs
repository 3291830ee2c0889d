using Bench.Protocol.Costs;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Ledger;

/// <summary>Dollars of a run's charges: the rent of their seconds, and their list price.</summary>
internal static class RunPrices
{
    /// <summary>The rent of the charges; null where a part of it is not known.</summary>
    internal static double? Rent(ExperimentSpec spec, IReadOnlyList<Charge> charges)
    {
        var rents = charges.Select(charge => charge.Rent(spec.Prices, spec.Device, spec.Threads)?.Value).ToArray();
        return rents.All(rent => rent is not null) ? rents.Sum() : null;
    }

    /// <summary>
    /// The list price of the charges: that of the sum of their FLOPs, and what servers asked for; null where a part of
    /// it is not known.
    /// </summary>
    internal static double? List(ExperimentSpec spec, IReadOnlyList<Charge> charges) =>
        charges.Any(charge => charge.ListPrice(spec.Prices) is null)
            ? null
            : spec.Prices.Cost(spec.Boundary.Inside(charges.Where(charge => charge.Paid is null))).Value
                + charges.Sum(charge => charge.Paid?.Value ?? 0);

    /// <summary>Questions to a server, and its answers, have the price that the experiment states.</summary>
    internal static IReadOnlyList<Charge> Priced(UnitOfWork unit, IReadOnlyList<Charge> charges)
    {
        var teacher = unit switch
        {
            TeacherUnit own => own.Teacher,
            TrainingUnit training => training.Teacher,
            _ => null,
        };
        return
            teacher?.Endpoint is not { UsdPerMillionPromptTokens: { } asked, UsdPerMillionResponseTokens: { } answers }
            ? charges
            :
            [
                .. charges.Select(charge =>
                    charge.PromptTokens is not { } prompt
                        ? charge
                        : charge with
                        {
                            Paid = new Usd((prompt * asked + (charge.Tokens - prompt) * answers) / 1e6),
                        }
                ),
            ];
    }
}
