using Bench.Protocol.Specs;

namespace Bench.Protocol.Licences;

/// <summary>Whether a teacher's licence lets another model be trained on its outputs.</summary>
public static class LicenceGate
{
    /// <summary>Permissive licences by SPDX id: none of them limits what is done with outputs.</summary>
    public static IReadOnlyCollection<string> Permissive { get; } =
    [
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC-BY-4.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "Unlicense", "Zlib",
    ];

    /// <summary>Lets a permissive licence pass.</summary>
    /// <exception cref="LicenceRefusedException">The licence is not one that is known to allow distillation.</exception>
    public static void Check(TeacherSpec teacher)
    {
        if (Permissive.Contains(teacher.Licence)) return;
        throw new LicenceRefusedException(
            $"{teacher.LicencePlace}: the licence '{teacher.Licence}' of teacher '{teacher.Name}' is not known to allow training other models on its outputs; "
            + $"use a teacher under {string.Join(", ", Permissive)}");
    }
}
