using Bench.Lab.Checkpoints;
using Bench.Lab.Measurement;
using Bench.Lab.Models;
using Bench.Lab.Text;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;

namespace Bench.Lab.UnitExecution;

/// <summary>Writes finished models in the formats in which they are used, and measures them there.</summary>
internal sealed class UseExecutor(UnitSession session)
{
    internal Outcome Execute(ExportUnit unit)
    {
        var (model, tokenizer) = ModelOf(unit.Model);
        using var owned = model;
        return session.Publish(
            unit,
            circumstances => new Outcome { Status = UnitStatus.Ok, Circumstances = circumstances },
            folder =>
                UseMeasurement.Write(
                    unit.Format,
                    Directory.CreateDirectory(FolderIn(folder)).FullName,
                    model,
                    tokenizer
                )
        );
    }

    internal Outcome Execute(UseUnit unit)
    {
        var (path, bytes) = UseMeasurement.Find(
            unit.Format,
            FolderIn(session.EntryOf(unit.Needs.OfType<ExportUnit>().Single()))
        );
        var (model, tokenizer) = UseMeasurement.Load(unit.Format, path);
        using var owned = model;
        var use = UseMeasurement.Measure(model, bytes, unit.Tokens, session.Clock);
        var scores = UseMeasurement.Solve(session.Spec, session.Files, model, tokenizer!, session.Clock);
        return session.Publish(
            unit,
            circumstances => new Outcome
            {
                Status = UnitStatus.Ok,
                Use = use,
                Scores = scores,
                Circumstances = circumstances,
            }
        );
    }

    private static string FolderIn(string entry) => Path.Combine(entry, ModelFolder.NameInStore);

    private (Decoder Model, ITokenizer Tokenizer) ModelOf(UnitOfWork unit)
    {
        if (unit is not TeacherUnit teacher)
            return ModelFolder.Load(FolderIn(session.EntryOf(unit)), session.Compute);
        var (model, tokenizer) = session.LoadTeacherModel(teacher);
        return ((Decoder)model, tokenizer);
    }
}
