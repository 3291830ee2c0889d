// The figures of an experiment.
const at = (row) => `${row.label} at ${short(row.budget)} ${data.budgetLabel}`;
const describe = (run) =>
    [
        run.run,
        `${at(run)}, seed ${run.seed}`,
        `${metric().label}: ${short(score(run))}`,
        `${AXES[chosen.axis].label}: ${short(AXES[chosen.axis].of(run))}`,
        ...(run.attempts > 1 ? [`${run.attempts} attempts`] : []),
    ].join("\n");

function figures() {
    const rows = shownSummary(),
        own = shownRuns();
    frontierFigure(rows, own);
    recoveredFigure(rows);
    const largest = Math.max(...own.map((run) => run.budget));
    const atLargest = own.filter((run) => run.budget === largest);
    costsFigure(atLargest);
    curvesFigure(atLargest);
}

function frontierFigure(rows, own) {
    const axis = AXES[chosen.axis];
    const place = axis.inside ? `${chosen.axis}/${chosen.boundary}` : chosen.axis;
    const x = (row) => row.at[place];
    const write = metric().share ? (value) => fixed(value, 2) : short;
    const series = seriesOf(rows, (row) => ({
        x: x(row),
        y: row.value,
        low: row.low,
        high: row.high,
        text: [
            at(row),
            `${metric().label}: ${interval(row.value, row.low, row.high, short)}`,
            `${axis.label}: ${short(x(row))}`,
            `${row.seeds} seeds, ${row.items} items`,
        ].join("\n"),
    }));
    for (const entry of series)
        entry.dots = own
            .filter((run) => run.label === entry.label && known(score(run)))
            .map((run) => ({ x: axis.of(run), y: score(run), text: describe(run) }));
    const frontier = rows
        .filter((row) => row.unbeaten.includes(place))
        .map((row) => ({ x: x(row), y: row.value }))
        .sort((a, b) => a.x - b.x);
    const references = data.summary
        .filter(
            (row) =>
                row.task === task().name &&
                row.metric === chosen.metric &&
                (row.method === "teacher" || (row.student === chosen.student && !known(row.budget))),
        )
        .map((row) => ({
            y: row.value,
            label: row.method === "teacher" ? `teacher ${fixed(row.value, 2)}` : `before ${fixed(row.value, 2)}`,
        }));
    chart(byId("frontier"), {
        x: axis,
        y: metric().label,
        series,
        references,
        frontier,
        band: metric().share ? [0, 1] : null,
        write,
        title: `${metric().label} against ${axis.label}`,
    });
    const kinds = data.boundaries[chosen.boundary].kinds.map((kind) => data.kinds[kind]).join(" + ");
    byId("frontier-words").textContent =
        `${metric().label}, student ${chosen.student}, against ${axis.label}${axis.inside ? ` (${kinds})` : ""}. ` +
        "Large marks are means with 95% intervals over seeds and items, small ones single runs; the stepped line " +
        "joins what nothing beats at once in cost and in score.";
    csvOf.frontier = () =>
        csv([
            ["method", "budget", "x", "value", "ci_low", "ci_high", "seeds", "items"],
            ...rows.map((row) => [row.label, row.budget, x(row), row.value, row.low, row.high, row.seeds, row.items]),
        ]);
}

// Two gaps, each with its baseline's name.
function recoveredFigure(rows) {
    const kinds = [
        ["before", "the student before"],
        ["gold", "gold answers"],
    ].map(([key, baseline]) => ({
        key,
        baseline,
        rows: rows.filter((row) => known(row[key][0]) && !(key === "gold" && row.method === data.gapBaseline)),
    }));
    byId("recovered-section").hidden = !data.summary.some((row) => known(row.before[0]) || known(row.gold[0]));
    byId("recovered").replaceChildren();
    for (const kind of kinds) {
        if (!kind.rows.length) continue;
        const place = make("div", {});
        byId("recovered").append(place);
        chart(place, {
            x: { label: `budget (${data.budgetLabel})`, log: true },
            y: `gap recovered from ${kind.baseline}`,
            write: percent,
            band: [0, 1],
            limits: [-1, 2],
            series: seriesOf(kind.rows, (row) => ({
                x: row.budget,
                y: row[kind.key][0],
                low: row[kind.key][1],
                high: row[kind.key][2],
                text: `${at(row)}\nrecovered ${interval(...row[kind.key], percent)}`,
            })),
            references: [
                { y: 1, label: "teacher" },
                { y: 0, label: kind.baseline },
            ],
            title: `gap recovered from ${kind.baseline} against budget`,
        });
    }
    const blank = rows.filter((row) => row.gapNote);
    if (blank.length)
        byId("recovered").append(
            make(
                "p",
                {},
                `Blank: ${blank.map((row) => `${row.label} at ${short(row.budget)} (${row.gapNote})`).join("; ")}.`,
            ),
        );
    csvOf.recovered = () =>
        csv([
            ["baseline", "method", "budget", "recovered", "ci_low", "ci_high"],
            ...kinds.flatMap((kind) => kind.rows.map((row) => [kind.key, row.label, row.budget, ...row[kind.key]])),
        ]);
}

// The runs are those at the largest budget.
function costsFigure(own) {
    const unit = chosen.axis === "usd" ? [4, "USD"] : chosen.axis === "seconds" ? [3, "s"] : [2, "FLOPs"];
    const bar = (label, list) => {
        const parts = data.kinds
            .map((kind, k) => ({
                kind,
                color: data.kindColors[k],
                value:
                    list.reduce(
                        (sum, run) =>
                            sum +
                            (charges.get(run.index) ?? [])
                                .filter((row) => row[1] === k)
                                .reduce((total, row) => total + (row[unit[0]] ?? 0), 0),
                        0,
                    ) / list.length,
            }))
            .filter((part) => part.value > 0);
        return { label, unit: unit[1], parts, total: parts.reduce((sum, part) => sum + part.value, 0) };
    };
    const costs = [...groups(own, (run) => run.label)]
        .map(([label, list]) => bar(label, list))
        .concat(runs.filter((run) => run.student === "" && charges.has(run.index)).map((run) => bar(run.run, [run])));
    if (costs.length) bars(byId("costs"), costs, "cost by kind");
    const kinds = [...new Set(costs.flatMap((row) => row.parts.map((part) => part.kind)))].join(", ");
    byId("costs-words").textContent =
        `Mean ${unit[1]} of one run at the largest budget, by kind: ${kinds}. The teacher's own bar is paid once.`;
    byId("cost-legend").replaceChildren(
        ...data.kinds
            .map((kind, k) => [kind, k])
            .filter(([kind]) => costs.some((row) => row.parts.some((part) => part.kind === kind)))
            .map(([kind, k]) => {
                const box = draw("svg", { width: 14, height: 14, "aria-hidden": "true" });
                box.append(draw("rect", { width: 14, height: 14, fill: data.kindColors[k] }));
                return make("li", {}, make("label", {}, box, kind));
            }),
    );
    csvOf.costs = () =>
        csv([
            ["run", "kind", unit[1]],
            ...costs.flatMap((row) => row.parts.map((part) => [row.label, part.kind, part.value])),
        ]);
}

// The runs are those at the largest budget.
function curvesFigure(own) {
    byId("curves-section").hidden = !data.curves.length;
    if (data.curves.length) {
        const curves = new Map(data.curves);
        const lines = own
            .filter((run) => curves.has(run.index))
            .map((run) => ({
                run,
                points: curves
                    .get(run.index)
                    .filter((point) => point[1] > 0)
                    .map((point) => ({ x: point[0], y: Math.log10(point[1]) })),
            }));
        chart(byId("curves"), {
            x: { label: "training step", log: false },
            y: "training loss (nats per token)",
            write: (power) => short(10 ** power),
            title: "training loss over steps",
            series: [...groups(lines, (line) => line.run.label)]
                .flatMap(([label, list]) =>
                    list.map((line, i) => ({
                        label: i ? "" : label,
                        look: method.get(label),
                        points: line.points,
                        bare: true,
                    })),
                )
                .filter((entry) => entry.points.length),
        });
        csvOf.curves = () =>
            csv([
                ["run", "method", "seed", "step", "loss"],
                ...lines.flatMap((line) =>
                    line.points.map((point) => [line.run.run, line.run.label, line.run.seed, point.x, 10 ** point.y]),
                ),
            ]);
    }
}
