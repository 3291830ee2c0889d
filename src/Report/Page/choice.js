// The reader's choices, and the rows that they leave.
const chosen = {
    task: 0,
    metric: data.tasks[0].metrics[0].name,
    student: data.students[0],
    axis: data.axis,
    boundary: 0,
    hidden: new Set(),
};
const AXES = {
    flops: { label: "total compute (FLOPs)", log: true, inside: true, of: (run) => run.cost.flops },
    usd: { label: "total cost (USD)", log: true, inside: true, of: (run) => run.cost.usd },
    seconds: { label: "time of the processes (s)", log: true, inside: true, of: (run) => run.cost.seconds },
    student: { label: "student compute (FLOPs)", log: true, of: (run) => run.flopsStudent },
    tokens: { label: "tokens that carried loss", log: true, of: (run) => run.tokens },
    queries: { label: "queries to the teacher", log: true, of: (run) => run.queries },
};
const runs = data.runs.map((row, index) => ({ ...row, index }));
const charges = groups(data.charges, (row) => row[0]);
const scores = new Map(data.scores.map((row) => [`${row[0]}/${row[1]}/${row[2]}`, row[3]]));
const method = new Map(data.methods.map((entry) => [entry.name, entry]));
const task = () => data.tasks[chosen.task];
const metric = () => task().metrics.find((entry) => entry.name === chosen.metric);

// A run's cost inside the chosen boundary, as it was counted when the page was made.
function count() {
    for (const run of runs) {
        const [flops, seconds, usd] = run.costs[chosen.boundary];
        run.cost = { flops, seconds, usd };
    }
}

const shownRuns = () =>
    runs.filter(
        (run) =>
            run.student === chosen.student && known(run.budget) && run.status === "ok" && !chosen.hidden.has(run.label),
    );
const shownSummary = () =>
    data.summary.filter(
        (row) =>
            row.task === task().name &&
            row.metric === chosen.metric &&
            row.student === chosen.student &&
            known(row.budget) &&
            !chosen.hidden.has(row.label),
    );
const score = (run) => scores.get(`${run.index}/${task().name}/${chosen.metric}`);
