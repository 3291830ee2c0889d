using Bench.Lab.Models;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;

namespace Bench.Lab.Objectives;

/// <summary>Where an objective is computed.</summary>
/// <param name="Student">The student.</param>
/// <param name="Teacher">The teacher's shape, where activations are matched.</param>
/// <param name="Seed">Of what the objective learns beside the student.</param>
internal sealed record ObjectiveSetting(IModel Student, ModelShape? Teacher, Seed Seed);
