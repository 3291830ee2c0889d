using System.Text;
using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;

namespace Bench.Shared;

/// <summary>Small experiments for tests.</summary>
internal static class Experiments
{
    internal const string Small = """
        schema: 1
        name: small
        question: Does it run?
        tasks:
          - { name: addition, digits: 2 }
        teacher:
          name: ada
          licence: MIT
          train: { on: gold-traces, tokens: 60_000, learning-rate: 0.01, batch: 16 }
          model: { layers: 1, width: 16, heads: 2 }
        students:
          - { name: tiny, model: { layers: 1, width: 16, heads: 2 } }
        methods:
          - { name: answers, objective: cross-entropy, signal: text, keep: answer }
          - { name: logits, objective: forward-kl, temperature: 2, signal: top-k, k: 4 }
        baselines: [ gold-answers ]
        prompts: 300
        budgets: { unit: student-flops, values: [2e8, 6e8] }
        training: { learning-rate: 0.01, batch: 16 }
        seeds: [0, 1]
        evaluation: { items: 40, decode: greedy }
        boundary: [teacher-generation, teacher-scoring, student-training]
        prices: { accelerator: cloud-vcpu }
        """;

    internal static ExperimentSpec Parse(string yaml) =>
        ExperimentFile.Parse(Encoding.UTF8.GetBytes(yaml), "experiment.yaml");

    /// <summary>A run of the small experiment that went well.</summary>
    internal static RunRow Run(string name) =>
        new(
            Run: name,
            Experiment: "small",
            Schema: 1,
            Teacher: "ada",
            Student: "tiny",
            Method: "answers",
            BudgetUnit: "student-flops",
            Budget: 6e8,
            Seed: 0,
            Status: RunRow.Ok,
            Error: "",
            StudentParams: 1000,
            Steps: 1,
            Examples: 1,
            TokensTrained: 1,
            TeacherTokens: 1,
            TeacherQueries: 1,
            FlopsStudent: 1,
            FlopsTeacher: null,
            FlopsTotal: null,
            Seconds: 1,
            Joules: null,
            Usd: null,
            PeakRssBytes: 1,
            Device: "cpu",
            Tensors: "",
            Commit: "",
            Dirty: false,
            StartedUtc: ""
        );

    internal static Plan Plan(string yaml) => Planner.Make(Parse(yaml), new NoFiles());

    internal sealed class NoFiles : ICheckpointFiles
    {
        public (ModelShape Shape, string Hash) Describe(TeacherSpec teacher) =>
            throw new InvalidOperationException("no checkpoint here");

        public (ModelShape Shape, string Hash) Describe(FileReference weights) =>
            throw new InvalidOperationException("no weights here");

        public ModelShape ShapeOf(FileReference configuration) =>
            Bench.Lab.Checkpoints.ModelFolder.ShapeOfConfiguration(configuration.Path);

        public (int Size, string Hash) DescribeTokenizer(FileReference tokenizer) =>
            throw new InvalidOperationException("no tokenizer here");

        public string HashOf(FileReference file) => "recorded";
    }
}
