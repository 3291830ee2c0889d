using Bench.Protocol.Budgets;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Sections;

/// <summary>The section budgets of an experiment file.</summary>
internal static class BudgetSection
{
    internal static IReadOnlyList<Budget> Read(SpecMapping section)
    {
        var unit = section.Choice("unit", null, Catalogue<Budget>.Names);
        var values = section.Numbers("values", double.Epsilon, 1e30, "give at least one amount");
        section.Close();
        var budgets = values.Order().Select(value => Budget.Of(unit, value)).ToArray();
        if (values.Distinct().Count() != values.Count)
            throw new SpecException(section.LocationOfValue("values"), "a budget stands twice", "remove one");
        if (budgets[0].IsCounted && values.Any(value => value < 1 || value != Math.Floor(value)))
            throw new SpecException(
                section.LocationOfValue("values"),
                "a budget that is counted must be a whole number of at least 1",
                ""
            );
        return budgets;
    }
}
