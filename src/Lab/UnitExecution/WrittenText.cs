using Bench.Lab.Models;
using Bench.Protocol.Costs;

namespace Bench.Lab.UnitExecution;

/// <summary>A teacher's text.</summary>
/// <param name="Sequences">The kept sequences.</param>
/// <param name="Charges">Their cost; empty where nobody knows.</param>
/// <param name="Asked">How many responses were asked for.</param>
internal sealed record WrittenText(IReadOnlyList<Sequence> Sequences, IReadOnlyList<Charge> Charges, int Asked);
