// The controls of the page; each choice draws it anew.
function legend() {
    byId("legend").replaceChildren(
        ...data.methods.map((entry) => {
            const sign = draw("svg", { width: 26, height: 16, viewBox: "-13 -8 26 16", "aria-hidden": "true" });
            sign.append(
                draw("path", {
                    d: "M-12 0H12",
                    stroke: entry.color,
                    "stroke-width": 2,
                    "stroke-dasharray": entry.dashed ? "5 3" : null,
                }),
                mark(entry, 5),
            );
            const box = make("input", {
                type: "checkbox",
                onchange: (event) => {
                    event.target.checked ? chosen.hidden.delete(entry.name) : chosen.hidden.add(entry.name);
                    refresh();
                },
            });
            box.checked = !chosen.hidden.has(entry.name);
            return make("li", {}, make("label", {}, box, sign, entry.name));
        }),
    );
}

function options(id, entries, current, change) {
    const list = byId(id);
    list.replaceChildren(
        ...entries.map(([value, text]) => {
            const option = make("option", { value }, text);
            option.selected = String(value) === String(current);
            return option;
        }),
    );
    list.onchange = () => {
        change(list.value);
        refresh();
    };
    list.closest("label").hidden = entries.length < 2;
}
function controls() {
    options(
        "task",
        data.tasks.map((entry, i) => [i, entry.name]),
        chosen.task,
        (value) => {
            chosen.task = +value;
            chosen.metric = task().metrics[0].name;
            controls();
        },
    );
    options(
        "metric",
        task().metrics.map((entry) => [entry.name, entry.name]),
        chosen.metric,
        (value) => {
            chosen.metric = value;
        },
    );
    options(
        "student",
        data.students.map((name) => [name, name]),
        chosen.student,
        (value) => {
            chosen.student = value;
        },
    );
    options(
        "axis",
        Object.entries(AXES).map(([name, axis]) => [name, axis.label]),
        chosen.axis,
        (value) => {
            chosen.axis = value;
        },
    );
    options(
        "boundary",
        data.boundaries.map((entry, i) => [i, entry.name]),
        chosen.boundary,
        (value) => {
            chosen.boundary = +value;
        },
    );
}
function refresh() {
    count();
    figures();
    tables();
    samples();
}

for (const button of document.querySelectorAll("[data-csv]"))
    button.addEventListener("click", () => save(`${data.name}-${button.dataset.csv}.csv`, csvOf[button.dataset.csv]()));
byId("latex").addEventListener("click", (event) => copy(event.target, data.latex));
byId("print").addEventListener("click", () => window.print());
byId("dark").addEventListener("click", (event) => {
    const dark = document.documentElement.dataset.theme
        ? document.documentElement.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    event.target.setAttribute("aria-pressed", String(!dark));
});
window.addEventListener("beforeprint", () =>
    document.querySelectorAll("details").forEach((part) => {
        part.open = true;
    }),
);
let drawn = document.documentElement.clientWidth < 600;
window.addEventListener("resize", () => {
    if (drawn === (drawn = document.documentElement.clientWidth < 600)) return;
    figures();
});
controls();
legend();
refresh();
document.documentElement.dataset.ready = "yes";
