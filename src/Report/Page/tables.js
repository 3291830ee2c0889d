// The tables of an experiment, and its samples.
function tables() {
    const rows = data.summary.filter((row) => row.student === chosen.student || row.method === "teacher");
    const share = (head, of) => ({
        head,
        of: (row) => of(row)[0],
        write: (row) => interval(...of(row), percent),
        number: true,
        hidden: !rows.some((row) => known(of(row)[0])),
    });
    const marked = (row) => (row.warning ? " !" : "");
    table(
        byId("scores"),
        [
            { head: "task", of: (row) => row.task, hidden: data.tasks.length === 1 },
            {
                head: "metric",
                of: (row) => row.metric,
                hidden: data.tasks.every((entry) => entry.metrics.length === 1),
            },
            { head: "method", of: (row) => (row.method === "teacher" ? `teacher ${row.teacher}` : row.label) },
            { head: "budget", of: (row) => row.budget, write: (row) => short(row.budget), number: true },
            {
                head: "mean [95% interval]",
                of: (row) => row.value,
                write: (row) => interval(row.value, row.low, row.high, fixed) + marked(row),
                number: true,
            },
            share("recovered from before", (row) => row.before),
            share("recovered over gold", (row) => row.gold),
            share("of the way from chance", (row) => row.chance),
            { head: "blank gaps", of: (row) => row.gapNote, hidden: !rows.some((row) => row.gapNote) },
            { head: "interval", of: (row) => row.rule },
            { head: "total FLOPs", of: (row) => row.flops, write: (row) => short(row.flops), number: true },
            { head: "USD", of: (row) => row.usd, write: (row) => short(row.usd), number: true },
            { head: "USD, list", of: (row) => row.usdList, write: (row) => short(row.usdList), number: true },
            { head: "seeds", of: (row) => row.seeds, number: true },
        ],
        rows,
        { filter: true, name: `${data.name}-summary`, caption: "Every task, metric, method and budget" },
    );
    const tests = data.contrasts.filter(
        (row) => row.student === chosen.student && row.task === task().name && row.metric === metric().name,
    );
    byId("tests-section").hidden = !data.contrasts.length;
    const p = (head, of) => ({ head, of, write: (row) => short(of(row)), number: true, hidden: !tests.some(of) });
    table(
        byId("tests"),
        [
            { head: "budget", of: (row) => row.budget, write: (row) => short(row.budget), number: true },
            { head: "contrast", of: (row) => `${row.of} − ${row.against}${row.primary ? " (primary)" : ""}` },
            {
                head: "difference [95% interval]",
                of: (row) => row.value,
                write: (row) => interval(row.value, row.low, row.high, signed) + marked(row),
                number: true,
            },
            p("p, Holm", (row) => row.pHolm),
            { head: "tests", of: (row) => row.tests || null, number: true },
            p("sign flip", (row) => row.pSignFlip),
            p("McNemar, one seed", (row) => row.pMcnemar),
            { head: "seed", of: (row) => row.mcnemarSeed, number: true, hidden: !tests.some((row) => row.pMcnemar) },
            p("found with 80%", (row) => row.detectable),
            { head: "seeds", of: (row) => row.seeds, number: true },
        ],
        tests,
        { name: `${data.name}-contrasts`, caption: "Differences of methods" },
    );
    const letters = data.comparison.filter((row) => row.student === chosen.student && row.task === task().name);
    byId("letters-part").hidden = !letters.some((row) => row.group);
    table(
        byId("letters"),
        [
            { head: "budget", of: (row) => row.budget, write: (row) => short(row.budget), number: true },
            { head: "method", of: (row) => row.label },
            {
                head: "mean [95% interval]",
                of: (row) => row.value,
                write: (row) => interval(row.value, row.low, row.high, fixed) + marked(row),
                number: true,
            },
            { head: "letters", of: (row) => row.group },
            { head: "frontier", of: (row) => (row.frontier ? "yes" : "") },
        ],
        letters,
        { name: `${data.name}-letters`, caption: "Methods beside each other" },
    );
    byId("warned").hidden = ![...rows, ...data.contrasts].some((row) => row.warning);
    byId("uses-section").hidden = data.uses.length === 0;
    const column = (head, of, write) => ({
        head,
        of,
        write: (row) => (known(of(row)) ? write(of(row)) : ""),
        number: true,
    });
    table(
        byId("uses"),
        [
            { head: "model", of: (row) => row.model },
            { head: "format", of: (row) => row.format },
            { head: "task", of: (row) => row.task, hidden: data.tasks.length === 1 },
            {
                head: "score",
                of: (row) => row.value,
                write: (row) => `${row.value.toFixed(3)} [${row.low.toFixed(3)}, ${row.high.toFixed(3)}]`,
                number: true,
            },
            column(
                "MB",
                (row) => row.bytes / 1e6,
                (value) => value.toFixed(2),
            ),
            column(
                "first token, ms",
                (row) => 1000 * row.first,
                (value) => value.toFixed(2),
            ),
            column(
                "tokens/s",
                (row) => row.rate,
                (value) => value.toFixed(0),
            ),
            column(
                "tokens/s, 16 together",
                (row) => row.rate16,
                (value) => value.toFixed(0),
            ),
            column(
                "peak MB",
                (row) => row.peak / 1e6,
                (value) => value.toFixed(0),
            ),
            column("FLOPs to make", (row) => row.making, short),
        ],
        data.uses,
        { filter: true, name: `${data.name}-uses`, caption: "The cost of using each model in each format" },
    );
    table(
        byId("runs"),
        [
            { head: "run", of: (run) => run.run },
            { head: "method", of: (run) => run.label || run.run },
            { head: "student", of: (run) => run.student },
            { head: "budget", of: (run) => run.budget, write: (run) => short(run.budget), number: true },
            { head: "seed", of: (run) => run.seed, number: true },
            { head: "status", of: (run) => run.status },
            { head: metric().name, of: score, write: (run) => short(score(run)), number: true },
            { head: "FLOPs", of: (run) => run.cost.flops, write: (run) => short(run.cost.flops), number: true },
            { head: "seconds", of: (run) => run.seconds, write: (run) => short(run.seconds), number: true },
            { head: "attempts", of: (run) => run.attempts, number: true },
            { head: "error", of: (run) => run.error },
        ],
        runs,
        { filter: true, name: `${data.name}-runs`, caption: "Every run" },
    );
}

function samples() {
    byId("samples-section").hidden = !data.samples.length;
    const own = data.samples.filter((row) => row[1] === task().name);
    const largest = Math.max(...runs.filter((run) => known(run.budget)).map((run) => run.budget));
    const wanted = (run) =>
        run.student === "" ||
        (run.student === chosen.student && !chosen.hidden.has(run.label) && run.budget === largest);
    byId("samples").replaceChildren(
        ...[...groups(own, (row) => row[2])].flatMap(([item, list]) => [
            make("h3", {}, `Problem ${item + 1}`),
            make("pre", {}, list[0][3]),
            make("p", { class: "name" }, `reference: ${list[0][4]}`),
            make(
                "div",
                { class: "samples" },
                ...list
                    .filter((row) => wanted(runs[row[0]]))
                    .map((row) =>
                        make(
                            "div",
                            {},
                            make(
                                "h4",
                                {},
                                runs[row[0]].label || runs[row[0]].run,
                                " ",
                                make(
                                    "span",
                                    { class: row[6] === 1 ? "right" : "wrong" },
                                    row[6] === 1 ? "✓ right" : "✗ wrong",
                                ),
                            ),
                            make("pre", {}, row[5] || "(nothing)"),
                        ),
                    ),
            ),
        ]),
    );
}
