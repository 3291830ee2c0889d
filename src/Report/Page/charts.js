// Charts as SVG.
const MARKS = {
    square: (size) => `M${-size} ${-size}h${2 * size}v${2 * size}h${-2 * size}z`,
    circle: (size) => `M${-size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0`,
    triangle: (size) => `M0 ${-1.2 * size}L${1.15 * size} ${0.9 * size}H${-1.15 * size}z`,
    diamond: (size) => `M0 ${-1.35 * size}L${1.35 * size} 0L0 ${1.35 * size}L${-1.35 * size} 0z`,
};
function mark(look, size) {
    const hollow = look.marker.startsWith("open-");
    return draw("path", {
        d: MARKS[look.marker.replace("open-", "")](size),
        fill: hollow ? "var(--ground)" : look.color,
        stroke: look.color,
        "stroke-width": 2,
    });
}
const tip = byId("tip");
function tell(element, text) {
    const show = () => {
        const box = element.getBoundingClientRect();
        tip.textContent = text;
        tip.hidden = false;
        const rightmost = document.documentElement.clientWidth - tip.offsetWidth - 6;
        tip.style.left = `${Math.max(4, Math.min(window.scrollX + box.left + 14, rightmost))}px`;
        tip.style.top = `${window.scrollY + box.top - tip.offsetHeight - 8}px`;
    };
    const hide = () => {
        tip.hidden = true;
    };
    for (const [event, act] of [
        ["mouseenter", show],
        ["focus", show],
        ["mouseleave", hide],
        ["blur", hide],
    ])
        element.addEventListener(event, act);
}
function ticks(low, high, log) {
    if (log) {
        const found = [];
        for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
            for (const digit of Math.log10(high / low) > 3 ? [1] : [1, 2, 5]) found.push(digit * 10 ** power);
        const inside = found.filter((value) => value >= low * 0.999 && value <= high * 1.001);
        return inside.length > 8 ? inside.filter((_, i) => i % Math.ceil(inside.length / 8) === 0) : inside;
    }
    const rough = (high - low) / 5,
        power = 10 ** Math.floor(Math.log10(rough)),
        step = [1, 2, 2.5, 5, 10].map((digit) => digit * power).find((size) => size >= rough * 0.999);
    const found = [];
    for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + 1e-9 * step; value += step)
        found.push(Math.abs(value) < 1e-12 ? 0 : value);
    return found;
}

// series: { label, look, points: [{ x, y, low, high, text }], dots: [{ x, y, text }] }
function chart(
    target,
    { x, y, series, references = [], frontier = [], band = null, limits = null, write = short, title },
) {
    // A narrow screen gets a narrower drawing, so that its words stay readable.
    const narrow = target.clientWidth > 0 && target.clientWidth < 560;
    const width = narrow ? 520 : 900,
        height = narrow ? 440 : 520,
        left = 78,
        right = narrow ? 130 : 168,
        top = 18,
        bottom = 62;
    const all = series
        .flatMap((entry) => [...entry.points, ...(entry.dots ?? [])])
        .filter((point) => known(point.x) && known(point.y) && (!x.log || point.x > 0));
    const svg = draw("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title });
    target.replaceChildren(svg);
    if (!all.length) {
        svg.append(
            draw(
                "text",
                { x: width / 2, y: height / 2, "text-anchor": "middle", class: "note" },
                x.log ? "nothing here is known on this axis" : "no data",
            ),
        );
        return [];
    }
    let [lowX, highX] = [Math.min(...all.map((point) => point.x)), Math.max(...all.map((point) => point.x))];
    if (x.log)
        [lowX, highX] =
            lowX === highX ? [lowX / 2, highX * 2] : [lowX / (highX / lowX) ** 0.05, highX * (highX / lowX) ** 0.05];
    else [lowX, highX] = lowX === highX ? [lowX - 1, highX + 1] : [lowX, highX + 0.02 * (highX - lowX)];
    const edges = all
        .flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y])
        .concat(references.map((reference) => reference.y));
    let [lowY, highY] = [Math.min(...edges, band ? band[0] : Infinity), Math.max(...edges, band ? band[1] : -Infinity)];
    if (lowY === highY) [lowY, highY] = [lowY - 0.5, highY + 0.5];
    if (limits) [lowY, highY] = [Math.max(lowY, limits[0]), Math.min(highY, limits[1])];
    const room = 0.03 * (highY - lowY);
    [lowY, highY] = [lowY - room, highY + room];
    const atX = (value) =>
        left +
        (width - left - right) *
            (x.log ? Math.log(value / lowX) / Math.log(highX / lowX) : (value - lowX) / (highX - lowX));
    // Points outside the limits are drawn at the edge.
    const atY = (value) =>
        height - bottom - ((height - top - bottom) * (Math.min(Math.max(value, lowY), highY) - lowY)) / (highY - lowY);
    for (const value of ticks(lowY, highY, false)) {
        svg.append(
            draw("line", { class: "grid", x1: left, x2: width - right, y1: atY(value), y2: atY(value) }),
            draw("text", { x: left - 8, y: atY(value) + 5, "text-anchor": "end" }, write(value)),
        );
    }
    for (const value of ticks(lowX, highX, x.log)) {
        svg.append(
            draw("line", {
                class: "axis",
                x1: atX(value),
                x2: atX(value),
                y1: height - bottom,
                y2: height - bottom + 5,
            }),
            draw("text", { x: atX(value), y: height - bottom + 23, "text-anchor": "middle" }, short(value)),
        );
    }
    svg.append(
        draw("line", { class: "axis", x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
        draw("text", { x: (left + width - right) / 2, y: height - 10, "text-anchor": "middle" }, x.label),
        draw(
            "text",
            {
                x: 18,
                y: (top + height - bottom) / 2,
                "text-anchor": "middle",
                transform: `rotate(-90 18 ${(top + height - bottom) / 2})`,
            },
            y,
        ),
    );
    // The names at the right, apart from each other.
    const labels = [];
    for (const reference of references) {
        svg.append(
            draw("line", {
                class: "reference",
                x1: left,
                x2: width - right,
                y1: atY(reference.y),
                y2: atY(reference.y),
            }),
        );
        labels.push({ at: atY(reference.y), text: reference.label, note: true });
    }
    if (frontier.length > 1)
        svg.append(
            draw("path", {
                class: "frontier",
                d:
                    "M" +
                    frontier
                        .map((point, i) => (i ? `H${atX(point.x)}V${atY(point.y)}` : `${atX(point.x)} ${atY(point.y)}`))
                        .join(""),
            }),
        );
    for (const entry of series) {
        for (const dot of (entry.dots ?? []).filter(
            (point) => known(point.x) && known(point.y) && (!x.log || point.x > 0),
        )) {
            const circle = draw("circle", {
                cx: atX(dot.x),
                cy: atY(dot.y),
                r: 3.2,
                fill: entry.look.color,
                "fill-opacity": 0.35,
                tabindex: entry.dots.length <= 60 ? 0 : null,
                role: "img",
                "aria-label": dot.text,
            });
            tell(circle, dot.text);
            svg.append(circle);
        }
        const points = entry.points
            .filter((point) => known(point.x) && known(point.y) && (!x.log || point.x > 0))
            .sort((a, b) => a.x - b.x);
        if (!points.length) continue;
        if (points.length > 1)
            svg.append(
                draw("path", {
                    d: "M" + points.map((point) => `${atX(point.x).toFixed(1)} ${atY(point.y).toFixed(1)}`).join("L"),
                    fill: "none",
                    stroke: entry.look.color,
                    "stroke-width": 2.2,
                    "stroke-dasharray": entry.look.dashed ? "7 5" : null,
                }),
            );
        for (const point of entry.bare ? [] : points) {
            if (known(point.low))
                svg.append(
                    draw("path", {
                        d:
                            `M${atX(point.x)} ${atY(point.low)}V${atY(point.high)}` +
                            `M${atX(point.x) - 5} ${atY(point.low)}h10M${atX(point.x) - 5} ${atY(point.high)}h10`,
                        stroke: entry.look.color,
                        "stroke-width": 1.6,
                    }),
                );
            const place = draw("g", {
                transform: `translate(${atX(point.x)} ${atY(point.y)})`,
                tabindex: 0,
                role: "img",
                "aria-label": point.text,
            });
            place.append(mark(entry.look, 6));
            tell(place, point.text);
            svg.append(place);
        }
        if (entry.label)
            labels.push({ at: atY(points[points.length - 1].y), text: entry.label, color: entry.look.color });
    }
    labels.sort((a, b) => a.at - b.at);
    for (let i = 1; i < labels.length; i++) labels[i].at = Math.max(labels[i].at, labels[i - 1].at + 19);
    const over = labels.length ? labels[labels.length - 1].at - (height - bottom) : 0;
    for (const label of labels) {
        const y0 = over > 0 ? label.at - over : label.at;
        if (label.color)
            svg.append(draw("rect", { x: width - right + 8, y: y0 - 6, width: 9, height: 9, fill: label.color }));
        svg.append(
            draw(
                "text",
                { x: width - right + (label.color ? 22 : 8), y: y0 + 4, class: label.note ? "note" : null },
                label.text,
            ),
        );
    }
    return all;
}
const seriesOf = (rows, point) =>
    [...groups(rows, (row) => row.label)]
        .sort((a, b) => method.get(a[0]).order - method.get(b[0]).order)
        .map(([label, entries]) => ({ label, look: method.get(label), points: entries.map(point) }));

function bars(target, rows, title) {
    const narrow = target.clientWidth > 0 && target.clientWidth < 560;
    const width = narrow ? 520 : 900,
        left = narrow ? 140 : 190,
        right = narrow ? 80 : 110,
        each = 34,
        height = rows.length * each + 30;
    const svg = draw("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title });
    target.replaceChildren(svg);
    const most = Math.max(...rows.map((row) => row.total), 1e-300);
    rows.forEach((row, i) => {
        let from = 0;
        svg.append(draw("text", { x: left - 8, y: i * each + 22, "text-anchor": "end" }, row.label));
        for (const part of row.parts) {
            const box = draw("rect", {
                x: left + ((width - left - right) * from) / most,
                y: i * each + 6,
                width: Math.max(0.5, ((width - left - right) * part.value) / most),
                height: each - 12,
                fill: part.color,
                stroke: "var(--ground)",
                tabindex: 0,
                role: "img",
                "aria-label": `${row.label}: ${part.kind} ${short(part.value)}`,
            });
            tell(box, `${row.label}\n${part.kind}: ${short(part.value)} ${row.unit}`);
            svg.append(box);
            from += part.value;
        }
        svg.append(
            draw("text", { x: left + ((width - left - right) * from) / most + 8, y: i * each + 22 }, short(row.total)),
        );
    });
}
