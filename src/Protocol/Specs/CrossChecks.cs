using Bench.Protocol.Costs;
using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>What can only be refused when the sections are seen together.</summary>
internal static class CrossChecks
{
    internal static void Check(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Tasks.Any(task => task.Task is Digits)) CheckDigits(spec, root);
        else if (spec.Students.Any(student => student.Model.Hidden is not null) || spec.Teachers.Any(teacher => teacher.Training?.Model.Hidden is not null))
            throw new SpecException(root.LocationOfKey("students"), "a perceptron reads images, and these tasks are text", "give layers, width and heads instead of hidden");
        else if (spec.Tasks.Any(task => task.Task is TeacherText)) CheckTeacherText(spec, root);
        else CheckProcedural(spec, root);
        CheckTaskNames(spec, root);
        CheckGenerations(spec, root);
        CheckMarks(spec, root);
        CheckMethods(spec, root);
        if (spec.Laws is not null && (spec.Budgets[0].Unit != BudgetUnit.Tokens || LossMetric(spec) is null))
            throw new SpecException(root.LocationOfKey("laws"), "laws are fitted to losses over tokens", "use budgets in tokens, and teacher-text or evaluation: { likelihood: true }");
        if (spec.Tuning is not null && spec.Evaluation.Split == Split.Validation)
            throw new SpecException(root.LocationOfKey("evaluation"), "learning rates are chosen on validation items, and results on the same items would flatter them", "use split: test, or remove tuning");
        if (spec.Laws is { } laws && (laws.Supervised == laws.Distilled || spec.Teachers.Count > 1 || spec.Tasks.Count > 1))
            throw new SpecException(root.LocationOfKey("laws"), "laws compare two methods of one teacher on one task", "name two methods, and keep one teacher and one task");
        if (spec.Boundary.Contains(ChargeKind.Tuning) && spec.Tuning is null)
            throw new SpecException(root.LocationOfKey("boundary"), "nothing is tuned in this experiment", "remove tuning, or add tuning: { learning-rates: [...] }");
        CheckBudgets(spec);
    }

    // Each generation is a run of its own, and each needs the one before it.
    private static void CheckGenerations(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Budgets[0].Unit != BudgetUnit.Generations) return;
        if (!spec.Budgets.Select(budget => budget.Amount).SequenceEqual(Enumerable.Range(1, spec.Budgets.Count).Select(number => (double)number)))
            throw new SpecException(spec.BudgetsLocation, "generations follow each other", "give all from 1 on: values: [1, 2, 3]");
        if (spec.Tasks[0].Task is not SolvableTask || spec.Students.Any(student => student.Bytes))
            throw new SpecException(spec.BudgetsLocation, "a student that teaches is asked problems in its teacher's tokens", "use tasks with gold solutions, and no tokenizer of the student's own");
        if (spec.Boundary.Contains(ChargeKind.TeacherTraining))
            throw new SpecException(root.LocationOfKey("boundary"), "what trained a generation's teacher stands in the row of the generation before", "remove teacher-training");
        if (spec.Tuning is not null) throw new SpecException(root.LocationOfKey("tuning"), "learning rates of generations are given, not tuned", "remove tuning");
        if (spec.Methods.FirstOrDefault(method => method.Signal != SignalKind.Text || method.Objective != "cross-entropy") is { } method)
            throw new SpecException(method.Location ?? root.LocationOfKey("baselines"), $"method '{method.Name}' is not handed on: generations learn from text", "use objective: cross-entropy and signal: text, and no baselines");
    }

    // Marks are put into text that is written here, and looked for in what a student makes of free text.
    private static void CheckMarks(ExperimentSpec spec, SpecMapping root)
    {
        foreach (var (method, teacher) in spec.Methods.SelectMany(method => spec.Teachers.Where(method.LearnsFrom).Select(teacher => (method, teacher))))
        {
            var sampling = method.Sampling ?? teacher.Sampling;
            if (sampling.Watermark is null && sampling.Canaries is null) continue;
            if (!teacher.IsLocal) throw new SpecException(method.Location, $"teacher '{teacher.Name}' writes elsewhere, and only text that is written here is marked", "use a teacher with train:, checkpoint: or onnx:");
            if (sampling.Canaries is not { } canaries) continue;
            if (spec.Tasks[0].Task is not TeacherText text) throw new SpecException(method.Location, "canaries are planted in free text, and these tasks have answers", "use the task teacher-text, or remove canaries");
            if (canaries.Tokens > text.Tokens) throw new SpecException(method.Location, $"canaries of {canaries.Tokens} tokens do not fit into windows of {text.Tokens}", "make them shorter");
            if ((long)canaries.Count * canaries.Repeats > spec.Prompts) throw new SpecException(method.Location, $"{canaries.Count} canaries in {canaries.Repeats} windows each need more than {spec.Prompts} windows", "raise prompts, or lower count or repeats");
        }

        if (spec.Evaluation.Detection is not { } detection) return;
        if (spec.Tasks[0].Task is not TeacherText read) throw new SpecException(root.LocationOfKey("evaluation"), "detection reads a teacher's text, and these tasks have answers", "use the task teacher-text, or remove detection");
        if (detection.Probes[^1] > (long)spec.Evaluation.Items * read.Tokens)
            throw new SpecException(root.LocationOfKey("evaluation"), $"{detection.Probes[^1]} probed tokens are more than {spec.Evaluation.Items} windows of {read.Tokens} hold", "raise items, or probe fewer tokens");
        foreach (var (method, sampling) in spec.Methods.Select(method => (method, method.Sampling ?? spec.Teachers[0].Sampling)))
        {
            if ((sampling.Watermark is { } mark && mark.Key == detection.Key && mark.Gamma != detection.Gamma)
                || (sampling.Canaries is { } canaries && canaries.Key == detection.Key && (canaries.Count != detection.Canaries || canaries.Tokens != detection.CanaryTokens)))
                throw new SpecException(method.Location, $"method '{method.Name}' carries marks of key {detection.Key} that detection would not find: gamma, or the number or length of canaries, is another", "make them equal in sampling and in detection");
        }

        if (spec.Teachers[0].Sampling.Watermark is not null) throw new SpecException(spec.Teachers[0].LicenceLocation, "the text that students are probed with would carry the mark itself", "give the methods their own sampling with the watermark, and the teacher none");
    }

    // What is taken from the pool of a teacher's responses: which of them, and what in their place.
    private static void CheckPool(ExperimentSpec spec, MethodSpec method, TeacherSpec teacher)
    {
        void Refuse(string problem, string remedy) => throw new SpecException(method.Location, $"method '{method.Name}' {problem}", remedy);
        var sampling = method.Sampling ?? teacher.Sampling;
        if (teacher is { Kind: TeacherKind.Traces, Of: null } && (method.Shares is not null || method.GoldShare > 0))
            Refuse($"divides prompts, and teacher '{teacher.Name}' is recorded: what it was asked is not chosen here", "remove shares and gold-share");
        if (method.GoldShare > 0 && (spec.Budgets[0].Unit == BudgetUnit.Queries || method.Objective != "cross-entropy"))
            Refuse("mixes gold solutions in, and a budget in queries or a loss of two parts has no room for what nobody was asked", "remove gold-share, or use cross-entropy with another budget");
        if (method.Choose != PromptChoice.First && (sampling.Samples > 1 || sampling.Select != Selection.All || spec.Students.Any(student => student.Bytes)))
            Refuse("chooses prompts before it knows their responses, in its teacher's tokens", "sample each prompt once, select all, and give students no tokenizer of their own");
        if (sampling.Watermark is { Share: < 1 } && (spec.Budgets[0].Unit == BudgetUnit.Queries || method.GoldShare > 0))
            Refuse("learns from the first part of a pool of which another first part is marked", "mark all of it, or use another budget and no gold-share");
    }

    // Tasks that are named elsewhere.
    private static void CheckTaskNames(ExperimentSpec spec, SpecMapping root)
    {
        string[] names = [.. spec.Tasks.Select(task => task.Name)];
        void Known(IEnumerable<string> named, SourceLocation? location)
        {
            if (named.FirstOrDefault(name => !names.Contains(name)) is { } unknown) throw new SpecException(location, $"there is no task '{unknown}'", Suggestion.For(unknown, names));
        }

        foreach (var teacher in spec.Teachers) Known(teacher.Training?.Tasks ?? [], teacher.LicenceLocation);
        foreach (var student in spec.Students)
        {
            Known(student.Training?.Tasks ?? [], root.LocationOfKey("students"));
            if (student.Training is not null && (student.Bytes || spec.Tasks.Any(task => task.Task is not ProceduralTask)))
                throw new SpecException(root.LocationOfKey("students"), $"student '{student.Name}' is trained beforehand, which only tasks of characters allow", "remove train, or start it from a checkpoint");
        }

        foreach (var method in spec.Methods.Where(method => method.Shares is not null))
        {
            Known(method.Shares!.Keys, method.Location);
            if (spec.Tasks[0].Task is not SolvableTask) throw new SpecException(method.Location, $"method '{method.Name}' divides prompts among tasks, and there are none", "remove shares");
            var (sum, all) = (method.Shares!.Values.Sum(), names.All(method.Shares.ContainsKey));
            if (sum > 1 + 1e-9 || (all && sum < 1 - 1e-9))
                throw new SpecException(method.Location, FormattableString.Invariant($"the shares of method '{method.Name}' add up to {sum}"), all ? "make them add up to 1" : "make them add up to 1 at most; tasks that are not named divide what is left");
            foreach (var (task, prompts) in PromptShares.Of(spec, method.Shares))
            {
                if (task.Task is ProceduralTask procedural && prompts > 0 && ProblemSets.Draw(procedural, Split.Train, prompts, default).Count is var drawn && drawn < prompts)
                    throw new SpecException(method.Location, $"task '{task.Name}' has only {drawn} training problems, and its share in method '{method.Name}' is {prompts}", "lower the share or prompts, or make the task harder");
            }

            if (PromptShares.Of(spec, method.Shares).FirstOrDefault(entry => entry.Prompts == 0 && method.Shares.GetValueOrDefault(entry.Task.Name) > 0).Task is { } rounded)
                throw new SpecException(method.Location, $"the share of task '{rounded.Name}' in method '{method.Name}' is less than one of {spec.Prompts} prompts", "raise prompts or the share");
        }

        if (spec.Methods.FirstOrDefault(method => method.GoldShare > 0 && spec.Tasks[0].Task is not SolvableTask) is { } original)
            throw new SpecException(original.Location, $"method '{original.Name}' mixes gold solutions in, and these tasks have none", "remove gold-share");
        foreach (var (method, teacher) in spec.Methods.SelectMany(method => spec.Teachers.Where(method.LearnsFrom).Select(teacher => (method, teacher)))) CheckPool(spec, method, teacher);
        if (spec.Methods.FirstOrDefault(method => method.Choose != PromptChoice.First && (spec.Budgets[0].Unit != BudgetUnit.Queries || spec.Tasks[0].Task is not SolvableTask)) is { } chooser)
            throw new SpecException(chooser.Location, $"method '{chooser.Name}' chooses which prompts to ask, and this budget does not count them", "use budgets in queries, or remove choose");
    }

    private static void CheckBudgets(ExperimentSpec spec)
    {
        var budgets = spec.Budgets.Select(budget => (Budget: budget, Location: spec.BudgetsLocation));
        if (spec.Tuning is { } tuning) budgets = budgets.Append((tuning.Budget, tuning.Location));
        foreach (var (budget, location) in budgets)
        {
            if (budget.Unit == BudgetUnit.Queries && budget.Amount > spec.Prompts)
                throw new SpecException(location, FormattableString.Invariant($"{budget.Amount} queries are more than the {spec.Prompts} prompts"), "raise prompts");
            if (budget.Unit is BudgetUnit.TotalFlops or BudgetUnit.Usd && spec.Teachers.FirstOrDefault(teacher => !teacher.IsMeasured) is { } elsewhere)
                throw new SpecException(location, $"what the {(elsewhere.Kind == TeacherKind.Traces ? "recorded" : "distant")} teacher '{elsewhere.Name}' spent is not known, and {budget.UnitName} count it", "use student-flops, tokens, examples or queries");
        }
    }

    /// <summary>The metric of the first task that is a loss; null where there is none.</summary>
    internal static Metric? LossMetric(ExperimentSpec spec) =>
        spec.Evaluation.MetricsOf(spec.Tasks[0].Task).FirstOrDefault(metric => metric == Metric.BitsPerToken || metric == Metric.GoldNats);

    private static void CheckDigits(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Tasks.Count > 1) throw new SpecException(root.LocationOfKey("tasks"), "digits stand alone", "make two experiments");
        if (spec.Teachers.FirstOrDefault(teacher => teacher.Training?.Model.Hidden is null) is { } teacher)
            throw new SpecException(teacher.LicenceLocation, $"teacher '{teacher.Name}' of digits must be a perceptron that is trained here", "give train: and model: { hidden: [...] }");
        if (spec.Students.FirstOrDefault(student => student.Model.Hidden is null || student.Bytes) is { } student)
            throw new SpecException(root.LocationOfKey("students"), $"student '{student.Name}' of digits must be a perceptron", "give model: { hidden: [...] }");
        if (spec.Teachers.FirstOrDefault(other => other.Sampling != SamplingSpec.Greedy) is { } sampler)
            throw new SpecException(sampler.LicenceLocation, $"teacher '{sampler.Name}' of digits labels images, and does not sample", "remove sampling");
        if (spec.Methods.FirstOrDefault(method => method.Signal is SignalKind.OnPolicy or SignalKind.Hidden || method.Objective is "rationale-multitask" or "uld" || method.Sampling is not null) is { } method)
            throw new SpecException(method.Location, $"method '{method.Name}' needs text, and digits are images", "use cross-entropy on text, or a divergence on top-k or sampled");
        if (spec.Methods.Any(other => other.Name == "gold-traces")) throw new SpecException(root.LocationOfKey("baselines"), "a digit has no reasoning", "use gold-answers");
        if (spec.Evaluation is { Confidence: true } or { Agreement: true } or { Likelihood: true } or { PassAt: > 0 } or { Sampling.Temperature: > 0 })
            throw new SpecException(root.LocationOfKey("evaluation"), "digits are measured by accuracy", "keep items alone");
    }

    private static void CheckTeacherText(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Tasks.Any(task => task.Task is not TeacherText))
            throw new SpecException(root.LocationOfKey("tasks"), "teacher-text cannot stand beside tasks with gold solutions", "make two experiments");
        if (spec.Tasks.Count > 1) throw new SpecException(root.LocationOfKey("tasks"), "a teacher has one text", "keep one teacher-text task");
        if (spec.Teachers.Skip(1).FirstOrDefault(teacher => teacher.Of != spec.Teachers[0].Name) is { } stranger)
            throw new SpecException(stranger.LicenceLocation, $"students of teacher-text are measured on their own teacher's text, and '{stranger.Name}' is another one than '{spec.Teachers[0].Name}'", "keep one teacher, and others that are the same in another form (of:)");
        if (spec.Methods.Any(method => method.IsBaseline))
            throw new SpecException(root.LocationOfKey("baselines"), "teacher-text has no gold solutions to make a baseline from", "remove baselines:");
        if (spec.Teachers[0].Kind is not (TeacherKind.Checkpoint or TeacherKind.Onnx))
            throw new SpecException(spec.Teachers[0].LicenceLocation, "a teacher cannot be trained on its own text, and students are measured by what it makes of it", "use checkpoint: or onnx:");
        foreach (var (sampling, method) in spec.Methods.SelectMany(method => spec.Teachers.Where(method.LearnsFrom).Select(teacher => (method.Sampling ?? teacher.Sampling, method))))
        {
            if (sampling.Temperature == 0)
                throw new SpecException(spec.Teachers[0].LicenceLocation, "a greedy teacher writes the same text every time", "add sampling: { temperature: 1 }");
            if (sampling.Select == Selection.Correct || sampling.Samples > 1)
                throw new SpecException(method.Location, "teacher-text has no prompts to sample several responses to", "raise prompts instead");
            if (method.Keep == Keep.Answer || method.Objective == "rationale-multitask")
                throw new SpecException(root.LocationOfKey("methods"), "teacher-text has no answers to keep", "use keep: trace");
        }

        if (spec.Students.FirstOrDefault(student => student.Bytes) is { } speller)
            throw new SpecException(root.LocationOfKey("students"), $"student '{speller.Name}' spells in bytes, and teacher-text measures it on the teacher's tokens", "remove tokenizer");
        if (spec.Evaluation is { Confidence: true } or { Agreement: true } or { Likelihood: true } or { PassAt: > 0 })
            throw new SpecException(root.LocationOfKey("evaluation"), "teacher-text is measured by bits per token and agreement", "remove confidence, agreement, likelihood and pass-at");
    }

    private static void CheckProcedural(ExperimentSpec spec, SpecMapping root)
    {
        foreach (var teacher in spec.Teachers)
        {
            if (teacher.Checkpoint is { Path: var path } && path.EndsWith(".bin", StringComparison.Ordinal))
                throw new SpecException(teacher.Checkpoint.Location, "a llama2.c teacher has its own tokens, and these tasks are spelt in characters", "use the task teacher-text");
        }

        if (spec.Tasks.Any(task => task.Task is BenchmarkTask)) CheckBenchmarks(spec, root);
        foreach (var task in spec.Tasks.Where(task => task.Task is ProceduralTask))
        {
            if (spec.Tuning is { } tuning) Held(task, Split.Validation, tuning.Items, tuning.Location);
            Held(task, spec.Evaluation.Split, spec.Evaluation.Items, root.LocationOfKey("evaluation"));
        }
    }

    // Their problems are words, which no alphabet of ours spells.
    private static void CheckBenchmarks(ExperimentSpec spec, SpecMapping root)
    {
        if (spec.Teachers.FirstOrDefault(teacher => teacher.Kind == TeacherKind.Trained) is { } trained)
            throw new SpecException(trained.LicenceLocation, $"teacher '{trained.Name}' is trained here, and a benchmark's problems need a tokenizer of words", "use checkpoint:, onnx:, endpoint: with a tokenizer, or traces:");
        if (spec.Teachers[0] is { Kind: TeacherKind.Traces, Traces.Tokenizer: null } or { Kind: TeacherKind.Endpoint, Endpoint.Tokenizer: null })
            throw new SpecException(spec.Teachers[0].LicenceLocation, $"nobody says how teacher '{spec.Teachers[0].Name}' spells a benchmark's problems", "add tokenizer: { path: … } to its endpoint: or traces:, or put a teacher with a checkpoint first");
        if (spec.Tasks.All(task => task.Task is BenchmarkTask { TrainingFile: null }))
            throw new SpecException(root.LocationOfKey("tasks"), "none of these tasks has anything to learn from", "add one that has, such as gsm8k");
        if ((spec.Tuning is not null || spec.Evaluation.Split == Split.Validation) && spec.Tasks.FirstOrDefault(task => task.Task is BenchmarkTask { TrainingFile: null }) is { } held)
            throw new SpecException(root.LocationOfKey(spec.Tuning is not null ? "tuning" : "evaluation"), $"task '{held.Name}' has an empty validation split", "give learning rates instead, or leave the task out");
    }

    private static void Held(TaskSpec task, Split split, int items, SourceLocation location)
    {
        var found = ProblemSets.Draw((ProceduralTask)task.Task, split, items, default).Count;
        if (found == 0) throw new SpecException(location, $"task '{task.Name}' has an empty {split.ToString().ToLowerInvariant()} split", "make the task harder, so that it has more problems");
        if (found < items) throw new SpecException(location, $"task '{task.Name}' has only {found} {(split == Split.Validation ? "validation" : "held-out")} problems", "ask for fewer items or make the task harder");
    }

    private static void CheckMethods(ExperimentSpec spec, SpecMapping root)
    {
        foreach (var method in spec.Methods)
        {
            if (method.Teachers?.FirstOrDefault(name => spec.Teachers.All(teacher => teacher.Name != name)) is { } unknown)
                throw new SpecException(method.Location, $"method '{method.Name}' learns from '{unknown}', which is no teacher", Suggestion.For(unknown, [.. spec.Teachers.Select(teacher => teacher.Name)]));
            foreach (var teacher in spec.Teachers.Where(method.LearnsFrom)) CheckAccess(method, teacher);
            if (method.NeedsSameTokens && spec.Students.FirstOrDefault(student => student.Bytes) is { } student)
                throw new SpecException(method.Location, $"method '{method.Name}' pairs tokens, and student '{student.Name}' has another tokenizer than the teacher", "use objective: uld, or remove the student's tokenizer");
            if (spec.Tuning is { } && method.LearningRate is not null)
                throw new SpecException(method.Location, $"method '{method.Name}' has its own learning rate, and learning rates are tuned", "remove learning-rate or tuning");
            if (method.Replay > 0 && method.Fresh >= 1) throw new SpecException(method.Location, "nothing is replayed when every batch is fresh", "lower fresh");
            if (method.Replay > 0 && method.Replay < spec.Training.Batch)
                throw new SpecException(method.Location, $"a replay buffer of {method.Replay} is smaller than a batch of {spec.Training.Batch}", "raise replay");
        }

        foreach (var teacher in spec.Teachers.Where(teacher => teacher.Endpoint is { Queries: not null })) CheckQueries(spec, teacher, teacher.Endpoint!);
        if (spec.Evaluation is { Confidence: true, Sampling.Samples: > 1 })
            throw new SpecException(root.LocationOfKey("evaluation"), "confidence is that of one response to each item", "remove samples or confidence");
        if (spec.Evaluation.Agreement && (spec.Teachers.Any(teacher => !teacher.IsLocal) || spec.Students.Any(student => student.Bytes)))
            throw new SpecException(root.LocationOfKey("evaluation"), "agreement needs a teacher with probabilities and students with its tokens", "remove agreement");
    }

    // What a server will be asked is known before: every problem for each way of sampling, and what it is measured on.
    private static void CheckQueries(ExperimentSpec spec, TeacherSpec teacher, EndpointSpec endpoint)
    {
        var ways = spec.Methods.Where(method => method.LearnsFrom(teacher)).Select(method => method.Sampling ?? teacher.Sampling).Distinct();
        var measured = spec.Tasks.Count(task => task.Task is SolvableTask) * (long)spec.Evaluation.Items * spec.Evaluation.Sampling.Samples;
        var asked = ways.Sum(way => (long)spec.Prompts * way.Samples) + measured;
        if (asked > endpoint.Queries)
            throw new SpecException(endpoint.Location, $"endpoint '{teacher.Name}' would be asked {asked} times, and queries allows {endpoint.Queries}", "lower prompts, samples or items, or raise queries");
    }

    // What a teacher of some kind cannot give.
    private static void CheckAccess(MethodSpec method, TeacherSpec teacher)
    {
        void Refuse(string problem, string remedy) => throw new SpecException(method.Location, $"method '{method.Name}' {problem}", remedy);
        if (method.NeedsProbabilities && teacher.Kind == TeacherKind.Traces)
            Refuse($"needs probabilities, and teacher '{teacher.Name}' is recorded text without them", "use signal: text, or a teacher with checkpoint: or train:, or name its teachers");
        if (method.Signal == SignalKind.Hidden && !teacher.HasWeights)
            Refuse($"needs activations, and teacher '{teacher.Name}' does not show them", "use a teacher with checkpoint: or train:, or name its teachers");
        if (teacher.Endpoint is not { } endpoint) return;
        if (method.Signal is SignalKind.Sampled or SignalKind.OnPolicy)
            Refuse($"has texts scored that are not the teacher's own, and endpoint '{teacher.Name}' scores only what it writes", "use signal: text or top-k");
        if ((method.Sampling ?? teacher.Sampling).Select == Selection.Likeliest)
            Refuse($"chooses by likelihood, and endpoint '{teacher.Name}' scores only what it writes", "use select: all or correct");
        if (method.Signal != SignalKind.TopK) return;
        if (method.K > endpoint.TopLogprobs)
            Refuse($"asks for k = {method.K}, and endpoint '{teacher.Name}' gives {endpoint.TopLogprobs} log-probabilities", "lower k, or raise the endpoint's top-logprobs if its server gives more");
        if (method.Temperature != 1)
            Refuse(FormattableString.Invariant($"asks for probabilities at temperature {method.Temperature}, and endpoint '{teacher.Name}' gives them at 1"), "remove temperature");
        if (method.Keep == Keep.Answer)
            Refuse($"asks endpoint '{teacher.Name}' for probabilities of the answer alone, and it scores only what it writes", "use keep: trace");
    }
}
