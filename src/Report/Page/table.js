// A table that sorts and filters, files to save, and the clipboard.
const csvOf = {};

const cell = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const csv = (rows) =>
    rows.map((row) => row.map((value) => cell(known(value) ? String(value) : "")).join(",")).join("\n") + "\n";
function save(name, text) {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
async function copy(button, text) {
    const before = button.textContent;
    try {
        await navigator.clipboard.writeText(text);
    } catch {
        const area = make("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    }
    button.textContent = "copied";
    setTimeout(() => {
        button.textContent = before;
    }, 1500);
}

// columns: [{ head, of: row => value, write: row => text, number }]
// A hidden column is in the CSV alone.
function table(target, all, rows, { filter, name, caption, sort }) {
    const columns = all.filter((column) => !column.hidden);
    let [order, word] = [sort ?? null, ""];
    const body = make("tbody");
    const heads = columns.map((column, i) =>
        make(
            "th",
            { scope: "col", class: column.number ? "number" : null },
            make(
                "button",
                {
                    type: "button",
                    onclick: () => {
                        order = order && order[0] === i ? [i, -order[1]] : [i, column.number ? -1 : 1];
                        fill();
                    },
                },
                column.head,
            ),
        ),
    );
    function fill() {
        let list = rows.filter(
            (row) =>
                !word ||
                columns.some((column) => (column.write ?? column.of)(row)?.toString().toLowerCase().includes(word)),
        );
        if (order) {
            const value = columns[order[0]].of;
            list = [...list].sort((a, b) => {
                const [one, other] = [value(a), value(b)];
                if (!known(one) || !known(other)) return known(one) ? -1 : known(other) ? 1 : 0;
                return order[1] * (typeof one === "number" ? one - other : String(one).localeCompare(String(other)));
            });
        }
        heads.forEach((head, i) =>
            order && order[0] === i
                ? head.setAttribute("aria-sort", order[1] > 0 ? "ascending" : "descending")
                : head.removeAttribute("aria-sort"),
        );
        body.replaceChildren(
            ...list.map((row) =>
                make(
                    "tr",
                    {},
                    ...columns.map((column) =>
                        make(
                            "td",
                            { class: column.number ? "number" : null },
                            (column.write ?? column.of)(row)?.toString() ?? "",
                        ),
                    ),
                ),
            ),
        );
    }
    const tools = make("p", { class: "filter" });
    if (filter)
        tools.append(
            make(
                "label",
                {},
                "filter ",
                make("input", {
                    type: "search",
                    oninput: (event) => {
                        word = event.target.value.toLowerCase();
                        fill();
                    },
                }),
            ),
            " ",
        );
    tools.append(
        make(
            "button",
            {
                type: "button",
                onclick: () =>
                    save(
                        `${name}.csv`,
                        csv([
                            all.map((column) => column.head),
                            ...rows.map((row) => all.map((column) => column.of(row))),
                        ]),
                    ),
            },
            "CSV",
        ),
    );
    target.replaceChildren(
        tools,
        make(
            "div",
            { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
            make(
                "table",
                {},
                make("caption", { hidden: true }, caption),
                make("thead", {}, make("tr", {}, ...heads)),
                body,
            ),
        ),
    );
    fill();
}
