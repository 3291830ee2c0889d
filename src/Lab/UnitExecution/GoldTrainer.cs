using Bench.Lab.Models;
using Bench.Lab.Tasks;
using Bench.Lab.Text;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Specs;

namespace Bench.Lab.UnitExecution;

/// <summary>Trains a model on gold solutions of the tasks that it is to learn.</summary>
internal static class GoldTrainer
{
    internal static TrainingResult Train(
        UnitSession session,
        IModel model,
        ITokenizer tokenizer,
        GoldTraining training,
        ChargeKind kind
    )
    {
        var lesson = Lesson.Of(session.Tasks.Gold(training, tokenizer));
        using var objective = StudentObjective.OfText(model);
        var trained = new Trainer(objective, session.Compute, training, session.Clock).Train(
            new PreparedCurriculum(lesson, objective, model.Shape, session.Compute, training, TaskSeeds.Teacher),
            BudgetMeter.ForProcessedTokens(training.Tokens, session.Clock),
            kind,
            session.ReportTraining
        );
        model.Freeze();
        return trained;
    }
}
