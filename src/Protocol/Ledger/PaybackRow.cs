namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of payback.csv: the total FLOPs of one student beyond which learning without the teacher's probabilities gives
/// the lower loss at the same total. FlopsLow to FlopsHigh is where the student was measured both ways; nothing is said
/// outside it. FlopsTotal is empty where the laws do not cross there. LowerByLaw names the method with the lower loss
/// at FlopsHigh; MeasuredDifference is the distilled student's measured loss less the other's there.
/// </summary>
public sealed record PaybackRow(
    string Student,
    double Parameters,
    double FlopsLow,
    double FlopsHigh,
    double? FlopsTotal,
    double? CiLow,
    double? CiHigh,
    string LowerByLaw,
    double MeasuredDifference
);
