using Bench.Protocol.Reading;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Licences;

/// <summary>Whether a teacher's licence lets another model be trained on its outputs.</summary>
public static class LicenceGate
{
    /// <summary>Lets a licence pass that allows it, or whose condition the experiment acknowledges.</summary>
    /// <returns>The terms that a student inherits.</returns>
    /// <exception cref="LicenceRefusedException">The licence forbids it, its condition is not acknowledged, or nobody
    /// has read it.</exception>
    public static Terms Check(TeacherSpec teacher)
    {
        var which = $"{teacher.LicenceLocation}: the licence '{teacher.Licence}' of teacher '{teacher.Name}'";
        if (LicenceTable.Find(teacher.Licence) is not { } terms)
        {
            throw new LicenceRefusedException(
                $"{which} is not known to allow training other models on its outputs; "
                    + $"{Suggestion.For(teacher.Licence, LicenceTable.Names)}"
            );
        }

        var acknowledged = teacher.Acknowledged.Contains(terms.Key);
        return terms.Permission switch
        {
            Permission.Yes => terms,
            Permission.No => throw new LicenceRefusedException(
                $"{which} forbids training other models on its outputs: {terms.Condition} ({terms.Source})"
            ),
            _ when acknowledged => terms,
            Permission.Conditional => throw new LicenceRefusedException(
                $"{which} allows it on a condition: {terms.Condition}; if you meet it, add acknowledge: "
                    + $"[{terms.Key}] to the teacher ({terms.Source})"
            ),
            _ => throw new LicenceRefusedException(
                $"{which} is unclear: {terms.Condition}; read it, and if it allows what you do add acknowledge: "
                    + $"[{terms.Key}] to the teacher ({terms.Source})"
            ),
        };
    }

    /// <summary>The terms that a student of this teacher takes over, in words.</summary>
    /// <exception cref="LicenceRefusedException">It may not learn from it.</exception>
    public static string Inherited(TeacherSpec teacher) =>
        Check(teacher) is { Permission: not Permission.Yes } terms
            ? $"{terms.Licence}; acknowledged: {terms.Condition}"
            : teacher.Licence;
}
