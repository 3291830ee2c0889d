using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Plans;

/// <summary>How long the units of a plan will take: by what this machine was measured to sustain, or by the prediction's assumed rate where it was not, or where that does not tell, as of another device or a perceptron.</summary>
public sealed class Forecast
{
    /// <summary>Tokens of a pass in which texts are read.</summary>
    private const int Read = 4096;

    /// <summary>Responses that are written together: prompts of one length are, and those of procedural tasks have several lengths.</summary>
    private const int Together = 32;

    private readonly Plan plan;
    private readonly MachineProfile? profile;
    private readonly Func<TeacherSpec, ModelShape> shapeOf;
    private readonly Dictionary<Type, int> together;

    /// <param name="plan">The plan.</param>
    /// <param name="profile">What this machine sustains; null where it was not measured.</param>
    /// <param name="shapeOf">A teacher's shape.</param>
    /// <param name="jobs">Units that run at once.</param>
    public Forecast(Plan plan, MachineProfile? profile, Func<TeacherSpec, ModelShape> shapeOf, int jobs = 1)
    {
        (this.plan, this.shapeOf) = (plan, shapeOf);
        // Units of a kind wait for the same and run side by side.
        together = plan.Units.GroupBy(unit => unit.GetType()).ToDictionary(kind => kind.Key, kind => Math.Min(jobs, kind.Count()));
        var spec = plan.Spec;
        var suits = spec is { Device: "cpu", Precision: "f32", Threads: 1 } && spec.Students.All(student => student.Model.Hidden is null);
        if (profile is null || !suits) return;
        this.profile = profile;
    }

    /// <summary>Whether it rests on a measurement.</summary>
    public bool IsMeasured => profile is not null;

    /// <summary>What a process takes before its work begins; 1 where that was not measured.</summary>
    public Seconds Start => new(profile?.StartSeconds ?? 1);

    /// <summary>Seconds of a unit's own work, without the start of its process.</summary>
    public Seconds Of(UnitOfWork unit)
    {
        if (profile is null) return unit.Prediction.Seconds;
        var teacher = TeacherOf(unit) is { } source && source.IsLocal ? shapeOf(source) : null;
        var own = unit switch
        {
            TrainingUnit training => training.Student.Model,
            StartUnit start => start.Student.Model,
            _ => teacher,
        };
        if (own is null) return unit.Prediction.Seconds;
        var work = unit.Prediction.Charges.Where(charge => charge.Seconds.Value > 0).Sum(charge => charge.Flops.Value / Rate(charge.Kind, own, teacher ?? own, unit.Prediction.PassTokens));
        return new Seconds((work + profile.WarmUpSeconds) / profile.Kept(together.GetValueOrDefault(unit.GetType(), 1)));
    }

    private double Rate(ChargeKind kind, ModelShape own, ModelShape teacher, double passTokens) => kind switch
    {
        ChargeKind.StudentTraining or ChargeKind.StudentPretraining or ChargeKind.TeacherTraining => MachineProfile.Rate(profile!.Training, own.Width, passTokens),
        ChargeKind.TeacherScoring => MachineProfile.Rate(profile!.Scoring, teacher.Width, Read),
        ChargeKind.TeacherGeneration => MachineProfile.Rate(profile!.Generation, teacher.Width, Together),
        _ => MachineProfile.Rate(profile!.Generation, own.Width, Together),
    };

    // Another form of a teacher is that teacher.
    private TeacherSpec? TeacherOf(UnitOfWork unit)
    {
        var named = unit switch
        {
            TeacherUnit teacher => teacher.Teacher,
            TextUnit text => text.Teacher,
            TrainingUnit training => training.Teacher ?? plan.Spec.Teachers[0],
            _ => unit.WithNeeds().OfType<TextUnit>().FirstOrDefault()?.Teacher ?? unit.WithNeeds().OfType<TeacherUnit>().FirstOrDefault()?.Teacher,
        };
        return named?.Of is { } of ? plan.Spec.Teachers.First(known => known.Name == of) : named;
    }
}
