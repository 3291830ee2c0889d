'use strict';
// The page of an experiment. Everything it shows is in the JSON beside it; nothing is fetched.
const data = JSON.parse(document.getElementById('data').textContent);
const SVG = 'http://www.w3.org/2000/svg';
const byId = id => document.getElementById(id);

// ---- words and numbers -------------------------------------------------------------------------------------------------------------------
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
};
const draw = (name, attributes = {}, text) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};
const known = value => value !== null && value !== undefined;
const short = value => {
  if (!known(value)) return '';
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(1).replace('e+', 'e') : String(+value.toPrecision(3));
};
const fixed = (value, digits = 3) => known(value) ? value.toFixed(digits) : '';
const percent = value => known(value) ? `${Math.round(100 * value) + 0}%` : '';
const interval = (value, low, high, write) => known(value) ? write(value) + (known(low) ? ` [${write(low)}, ${write(high)}]` : '') : '';
const mean = values => values.length && values.every(known) ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
const groups = (list, key) => {
  const found = new Map();
  for (const entry of list) {
    const name = key(entry);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(entry);
  }
  return found;
};

// ---- what is chosen ----------------------------------------------------------------------------------------------------------------------
const chosen = { task: 0, metric: data.tasks[0].metrics[0].name, student: data.students[0], axis: data.axis, boundary: 0, hidden: new Set() };
const AXES = {
  flops: { label: 'total compute (FLOPs)', log: true, inside: true, of: run => run.cost.flops },
  usd: { label: 'total cost (USD)', log: true, inside: true, of: run => run.cost.usd },
  seconds: { label: 'time of the processes (s)', log: true, inside: true, of: run => run.cost.seconds },
  student: { label: 'student compute (FLOPs)', log: true, of: run => run.flopsStudent },
  tokens: { label: 'tokens that carried loss', log: true, of: run => run.tokens },
  queries: { label: 'queries to the teacher', log: true, of: run => run.queries },
};
const runs = data.runs.map((row, index) => ({ ...row, index }));
const charges = groups(data.charges, row => row[0]);
const scores = new Map(data.scores.map(row => [`${row[0]}/${row[1]}/${row[2]}`, row[3]]));
const method = new Map(data.methods.map(entry => [entry.name, entry]));
const task = () => data.tasks[chosen.task];
const metric = () => task().metrics.find(entry => entry.name === chosen.metric);

// What a run cost inside the chosen boundary, as it was counted when the page was made.
function count() {
  for (const run of runs) {
    const [flops, seconds, usd] = run.costs[chosen.boundary];
    run.cost = { flops, seconds, usd };
  }
}

const shownRuns = () => runs.filter(run => run.student === chosen.student && known(run.budget) && run.status === 'ok' && !chosen.hidden.has(run.label));
const shownSummary = () => data.summary.filter(row => row.task === task().name && row.metric === chosen.metric && row.student === chosen.student && known(row.budget) && !chosen.hidden.has(row.label));
const score = run => scores.get(`${run.index}/${task().name}/${chosen.metric}`);

// ---- charts ------------------------------------------------------------------------------------------------------------------------------
const MARKS = {
  square: size => `M${-size} ${-size}h${2 * size}v${2 * size}h${-2 * size}z`,
  circle: size => `M${-size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0`,
  triangle: size => `M0 ${-1.2 * size}L${1.15 * size} ${0.9 * size}H${-1.15 * size}z`,
  diamond: size => `M0 ${-1.35 * size}L${1.35 * size} 0L0 ${1.35 * size}L${-1.35 * size} 0z`,
};
function mark(look, size) {
  const hollow = look.marker.startsWith('open-');
  return draw('path', { d: MARKS[look.marker.replace('open-', '')](size), fill: hollow ? 'var(--ground)' : look.color, stroke: look.color, 'stroke-width': 2 });
}
const tip = byId('tip');
function tell(element, text) {
  const show = () => {
    const box = element.getBoundingClientRect();
    tip.textContent = text;
    tip.hidden = false;
    tip.style.left = `${Math.max(4, Math.min(window.scrollX + box.left + 14, document.documentElement.clientWidth - tip.offsetWidth - 6))}px`;
    tip.style.top = `${window.scrollY + box.top - tip.offsetHeight - 8}px`;
  };
  const hide = () => { tip.hidden = true; };
  for (const [event, act] of [['mouseenter', show], ['focus', show], ['mouseleave', hide], ['blur', hide]]) element.addEventListener(event, act);
}
function ticks(low, high, log) {
  if (log) {
    const found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const digit of Math.log10(high / low) > 3 ? [1] : [1, 2, 5]) found.push(digit * 10 ** power);
    const inside = found.filter(value => value >= low * 0.999 && value <= high * 1.001);
    return inside.length > 8 ? inside.filter((_, i) => i % Math.ceil(inside.length / 8) === 0) : inside;
  }
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 2.5, 5, 10].map(digit => digit * power).find(size => size >= rough * 0.999);
  const found = [];
  for (let value = Math.ceil(low / step - 1e-9) * step; value <= high + 1e-9 * step; value += step) found.push(Math.abs(value) < 1e-12 ? 0 : value);
  return found;
}

// series: { label, look, points: [{ x, y, low, high, text }], dots: [{ x, y, text }] }
function chart(target, { x, y, series, references = [], frontier = [], band = null, limits = null, write = short, title }) {
  // A narrow screen gets a narrower drawing, so that its words stay readable.
  const narrow = target.clientWidth > 0 && target.clientWidth < 560;
  const width = narrow ? 520 : 900, height = narrow ? 440 : 520, left = 78, right = narrow ? 130 : 168, top = 18, bottom = 62;
  const all = series.flatMap(entry => [...entry.points, ...(entry.dots ?? [])]).filter(point => known(point.x) && known(point.y) && (!x.log || point.x > 0));
  const svg = draw('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': title });
  target.replaceChildren(svg);
  if (!all.length) {
    svg.append(draw('text', { x: width / 2, y: height / 2, 'text-anchor': 'middle', class: 'note' }, x.log ? 'nothing here is known on this axis' : 'no data'));
    return [];
  }
  let [lowX, highX] = [Math.min(...all.map(point => point.x)), Math.max(...all.map(point => point.x))];
  if (x.log) [lowX, highX] = lowX === highX ? [lowX / 2, highX * 2] : [lowX / (highX / lowX) ** 0.05, highX * (highX / lowX) ** 0.05];
  else [lowX, highX] = lowX === highX ? [lowX - 1, highX + 1] : [lowX, highX + 0.02 * (highX - lowX)];
  const edges = all.flatMap(point => [point.y, point.low ?? point.y, point.high ?? point.y]).concat(references.map(reference => reference.y));
  let [lowY, highY] = [Math.min(...edges, band ? band[0] : Infinity), Math.max(...edges, band ? band[1] : -Infinity)];
  if (lowY === highY) [lowY, highY] = [lowY - 0.5, highY + 0.5];
  if (limits) [lowY, highY] = [Math.max(lowY, limits[0]), Math.min(highY, limits[1])];
  const room = 0.03 * (highY - lowY);
  [lowY, highY] = [lowY - room, highY + room];
  const atX = value => left + (width - left - right) * (x.log ? Math.log(value / lowX) / Math.log(highX / lowX) : (value - lowX) / (highX - lowX));
  // What lies outside the limits is drawn at the edge.
  const atY = value => height - bottom - (height - top - bottom) * (Math.min(Math.max(value, lowY), highY) - lowY) / (highY - lowY);
  for (const value of ticks(lowY, highY, false)) {
    svg.append(draw('line', { class: 'grid', x1: left, x2: width - right, y1: atY(value), y2: atY(value) }), draw('text', { x: left - 8, y: atY(value) + 5, 'text-anchor': 'end' }, write(value)));
  }
  for (const value of ticks(lowX, highX, x.log)) {
    svg.append(draw('line', { class: 'axis', x1: atX(value), x2: atX(value), y1: height - bottom, y2: height - bottom + 5 }), draw('text', { x: atX(value), y: height - bottom + 23, 'text-anchor': 'middle' }, short(value)));
  }
  svg.append(
    draw('line', { class: 'axis', x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }),
    draw('text', { x: (left + width - right) / 2, y: height - 10, 'text-anchor': 'middle' }, x.label),
    draw('text', { x: 18, y: (top + height - bottom) / 2, 'text-anchor': 'middle', transform: `rotate(-90 18 ${(top + height - bottom) / 2})` }, y));
  // What stands at the right, apart from each other.
  const labels = [];
  for (const reference of references) {
    svg.append(draw('line', { class: 'reference', x1: left, x2: width - right, y1: atY(reference.y), y2: atY(reference.y) }));
    labels.push({ at: atY(reference.y), text: reference.label, note: true });
  }
  if (frontier.length > 1) svg.append(draw('path', { class: 'frontier', d: 'M' + frontier.map((point, i) => i ? `H${atX(point.x)}V${atY(point.y)}` : `${atX(point.x)} ${atY(point.y)}`).join('') }));
  for (const entry of series) {
    for (const dot of (entry.dots ?? []).filter(point => known(point.x) && known(point.y) && (!x.log || point.x > 0))) {
      const circle = draw('circle', { cx: atX(dot.x), cy: atY(dot.y), r: 3.2, fill: entry.look.color, 'fill-opacity': 0.35, tabindex: entry.dots.length <= 60 ? 0 : null, role: 'img', 'aria-label': dot.text });
      tell(circle, dot.text);
      svg.append(circle);
    }
    const points = entry.points.filter(point => known(point.x) && known(point.y) && (!x.log || point.x > 0)).sort((a, b) => a.x - b.x);
    if (!points.length) continue;
    if (points.length > 1)
      svg.append(draw('path', { d: 'M' + points.map(point => `${atX(point.x).toFixed(1)} ${atY(point.y).toFixed(1)}`).join('L'), fill: 'none', stroke: entry.look.color, 'stroke-width': 2.2, 'stroke-dasharray': entry.look.dashed ? '7 5' : null }));
    for (const point of entry.bare ? [] : points) {
      if (known(point.low)) svg.append(draw('path', { d: `M${atX(point.x)} ${atY(point.low)}V${atY(point.high)}M${atX(point.x) - 5} ${atY(point.low)}h10M${atX(point.x) - 5} ${atY(point.high)}h10`, stroke: entry.look.color, 'stroke-width': 1.6 }));
      const place = draw('g', { transform: `translate(${atX(point.x)} ${atY(point.y)})`, tabindex: 0, role: 'img', 'aria-label': point.text });
      place.append(mark(entry.look, 6));
      tell(place, point.text);
      svg.append(place);
    }
    if (entry.label) labels.push({ at: atY(points[points.length - 1].y), text: entry.label, color: entry.look.color });
  }
  labels.sort((a, b) => a.at - b.at);
  for (let i = 1; i < labels.length; i++) labels[i].at = Math.max(labels[i].at, labels[i - 1].at + 19);
  const over = labels.length ? labels[labels.length - 1].at - (height - bottom) : 0;
  for (const label of labels) {
    const y0 = over > 0 ? label.at - over : label.at;
    if (label.color) svg.append(draw('rect', { x: width - right + 8, y: y0 - 6, width: 9, height: 9, fill: label.color }));
    svg.append(draw('text', { x: width - right + (label.color ? 22 : 8), y: y0 + 4, class: label.note ? 'note' : null }, label.text));
  }
  return all;
}
const seriesOf = (rows, point) => [...groups(rows, row => row.label)].sort((a, b) => method.get(a[0]).order - method.get(b[0]).order).map(([label, entries]) => ({ label, look: method.get(label), points: entries.map(point) }));

function bars(target, rows, title) {
  const narrow = target.clientWidth > 0 && target.clientWidth < 560;
  const width = narrow ? 520 : 900, left = narrow ? 140 : 190, right = narrow ? 80 : 110, each = 34, height = rows.length * each + 30;
  const svg = draw('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': title });
  target.replaceChildren(svg);
  const most = Math.max(...rows.map(row => row.total), 1e-300);
  rows.forEach((row, i) => {
    let from = 0;
    svg.append(draw('text', { x: left - 8, y: i * each + 22, 'text-anchor': 'end' }, row.label));
    for (const part of row.parts) {
      const box = draw('rect', { x: left + (width - left - right) * from / most, y: i * each + 6, width: Math.max(0.5, (width - left - right) * part.value / most), height: each - 12, fill: part.color, stroke: 'var(--ground)', tabindex: 0, role: 'img', 'aria-label': `${row.label}: ${part.kind} ${short(part.value)}` });
      tell(box, `${row.label}\n${part.kind}: ${short(part.value)} ${row.unit}`);
      svg.append(box);
      from += part.value;
    }
    svg.append(draw('text', { x: left + (width - left - right) * from / most + 8, y: i * each + 22 }, short(row.total)));
  });
}

// ---- tables, files, clipboard ----------------------------------------------------------------------------------------------------------------
const cell = value => /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
const csv = rows => rows.map(row => row.map(value => cell(known(value) ? String(value) : '')).join(',')).join('\n') + '\n';
function save(name, text) {
  const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/csv' })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
async function copy(button, text) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  button.textContent = 'copied';
  setTimeout(() => { button.textContent = before; }, 1500);
}

// columns: [{ head, of: row => value, write: row => text, number }]
// A hidden column is in the CSV alone.
function table(target, all, rows, { filter, name, caption, sort }) {
  const columns = all.filter(column => !column.hidden);
  let [order, word] = [sort ?? null, ''];
  const body = make('tbody');
  const heads = columns.map((column, i) => make('th', { scope: 'col', class: column.number ? 'number' : null }, make('button', { type: 'button', onclick: () => { order = order && order[0] === i ? [i, -order[1]] : [i, column.number ? -1 : 1]; fill(); } }, column.head)));
  function fill() {
    let list = rows.filter(row => !word || columns.some(column => (column.write ?? column.of)(row)?.toString().toLowerCase().includes(word)));
    if (order) {
      const value = columns[order[0]].of;
      list = [...list].sort((a, b) => {
        const [one, other] = [value(a), value(b)];
        if (!known(one) || !known(other)) return known(one) ? -1 : known(other) ? 1 : 0;
        return order[1] * (typeof one === 'number' ? one - other : String(one).localeCompare(String(other)));
      });
    }
    heads.forEach((head, i) => order && order[0] === i ? head.setAttribute('aria-sort', order[1] > 0 ? 'ascending' : 'descending') : head.removeAttribute('aria-sort'));
    body.replaceChildren(...list.map(row => make('tr', {}, ...columns.map(column => make('td', { class: column.number ? 'number' : null }, (column.write ?? column.of)(row)?.toString() ?? '')))));
  }
  const tools = make('p', { class: 'filter' });
  if (filter) tools.append(make('label', {}, 'filter ', make('input', { type: 'search', oninput: event => { word = event.target.value.toLowerCase(); fill(); } })), ' ');
  tools.append(make('button', { type: 'button', onclick: () => save(`${name}.csv`, csv([all.map(column => column.head), ...rows.map(row => all.map(column => column.of(row)))])) }, 'CSV'));
  target.replaceChildren(tools, make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, make('table', {}, make('caption', { hidden: true }, caption), make('thead', {}, make('tr', {}, ...heads)), body)));
  fill();
}

// ---- the page ----------------------------------------------------------------------------------------------------------------------------------
const at = row => `${row.label} at ${short(row.budget)} ${data.budgetLabel}`;
const describe = run => `${run.run}\n${run.label} at ${short(run.budget)} ${data.budgetLabel}, seed ${run.seed}\n${metric().label}: ${short(score(run))}\n${AXES[chosen.axis].label}: ${short(AXES[chosen.axis].of(run))}${run.attempts > 1 ? `\n${run.attempts} attempts` : ''}`;

function figures() {
  const axis = AXES[chosen.axis], rows = shownSummary(), own = shownRuns();
  const place = axis.inside ? `${chosen.axis}/${chosen.boundary}` : chosen.axis;
  const x = row => row.at[place];
  const write = metric().share ? value => fixed(value, 2) : short;
  const series = seriesOf(rows, row => ({ x: x(row), y: row.value, low: row.low, high: row.high, text: `${at(row)}\n${metric().label}: ${interval(row.value, row.low, row.high, short)}\n${axis.label}: ${short(x(row))}\n${row.seeds} seeds, ${row.items} items` }));
  for (const entry of series) entry.dots = own.filter(run => run.label === entry.label && known(score(run))).map(run => ({ x: axis.of(run), y: score(run), text: describe(run) }));
  const frontier = rows.filter(row => row.unbeaten.includes(place)).map(row => ({ x: x(row), y: row.value })).sort((a, b) => a.x - b.x);
  const references = data.summary.filter(row => row.task === task().name && row.metric === chosen.metric && (row.method === 'teacher' || (row.student === chosen.student && !known(row.budget))))
    .map(row => ({ y: row.value, label: row.method === 'teacher' ? `teacher ${fixed(row.value, 2)}` : `before ${fixed(row.value, 2)}` }));
  chart(byId('frontier'), { x: axis, y: metric().label, series, references, frontier, band: metric().share ? [0, 1] : null, write, title: `${metric().label} against ${axis.label}` });
  byId('frontier-words').textContent = `${metric().label}, student ${chosen.student}, against ${axis.label}${axis.inside ? ` (${data.boundaries[chosen.boundary].kinds.map(kind => data.kinds[kind]).join(' + ')})` : ''}. Large marks are means with 95% intervals over seeds and items, small ones single runs; the stepped line joins what nothing beats at once in cost and in score.`;
  csvOf.frontier = () => csv([['method', 'budget', 'x', 'value', 'ci_low', 'ci_high', 'seeds', 'items'], ...rows.map(row => [row.label, row.budget, x(row), row.value, row.low, row.high, row.seeds, row.items])]);

  const recovered = rows.filter(row => known(row.recovered) && row.method !== data.gapBaseline);
  byId('recovered-section').hidden = !data.summary.some(row => known(row.recovered));
  if (recovered.length) {
    chart(byId('recovered'), {
      x: { label: `budget (${data.budgetLabel})`, log: true }, y: 'gap to the teacher recovered', write: percent, band: [0, 1], limits: [-1, 2],
      series: seriesOf(recovered, row => ({ x: row.budget, y: row.recovered, low: row.recoveredLow, high: row.recoveredHigh, text: `${at(row)}\nrecovered ${interval(row.recovered, row.recoveredLow, row.recoveredHigh, percent)}` })),
      references: [{ y: 1, label: 'teacher' }, { y: 0, label: 'gold answers' }], title: 'gap recovered against budget',
    });
  } else byId('recovered').replaceChildren(make('p', {}, 'Blank: there is no gap outside its interval here.'));
  csvOf.recovered = () => csv([['method', 'budget', 'recovered', 'ci_low', 'ci_high'], ...recovered.map(row => [row.label, row.budget, row.recovered, row.recoveredLow, row.recoveredHigh])]);

  const largest = Math.max(...own.map(run => run.budget)), unit = chosen.axis === 'usd' ? [4, 'USD'] : chosen.axis === 'seconds' ? [3, 's'] : [2, 'FLOPs'];
  const bar = (label, list) => {
    const parts = data.kinds.map((kind, k) => ({ kind, color: data.kindColors[k], value: list.reduce((sum, run) => sum + (charges.get(run.index) ?? []).filter(row => row[1] === k).reduce((total, row) => total + (row[unit[0]] ?? 0), 0), 0) / list.length })).filter(part => part.value > 0);
    return { label, unit: unit[1], parts, total: parts.reduce((sum, part) => sum + part.value, 0) };
  };
  const costs = [...groups(own.filter(run => run.budget === largest), run => run.label)].map(([label, list]) => bar(label, list)).concat(runs.filter(run => run.student === '' && charges.has(run.index)).map(run => bar(run.run, [run])));
  if (costs.length) bars(byId('costs'), costs, 'cost by kind');
  byId('costs-words').textContent = `Mean ${unit[1]} of one run at the largest budget, by kind: ${[...new Set(costs.flatMap(row => row.parts.map(part => part.kind)))].join(', ')}. The teacher's own bar is paid once.`;
  byId('cost-legend').replaceChildren(...data.kinds.map((kind, k) => [kind, k]).filter(([kind]) => costs.some(row => row.parts.some(part => part.kind === kind))).map(([kind, k]) => {
    const box = draw('svg', { width: 14, height: 14, 'aria-hidden': 'true' });
    box.append(draw('rect', { width: 14, height: 14, fill: data.kindColors[k] }));
    return make('li', {}, make('label', {}, box, kind));
  }));
  csvOf.costs = () => csv([['run', 'kind', unit[1]], ...costs.flatMap(row => row.parts.map(part => [row.label, part.kind, part.value]))]);

  byId('curves-section').hidden = !data.curves.length;
  if (data.curves.length) {
    const drawn = own.filter(run => run.budget === largest), curves = new Map(data.curves);
    const lines = drawn.filter(run => curves.has(run.index)).map(run => ({ run, points: curves.get(run.index).filter(point => point[1] > 0).map(point => ({ x: point[0], y: Math.log10(point[1]) })) }));
    chart(byId('curves'), {
      x: { label: 'training step', log: false }, y: 'training loss (nats per token)', write: power => short(10 ** power), title: 'training loss over steps',
      series: [...groups(lines, line => line.run.label)].flatMap(([label, list]) => list.map((line, i) => ({ label: i ? '' : label, look: method.get(label), points: line.points, bare: true }))).filter(entry => entry.points.length),
    });
    csvOf.curves = () => csv([['run', 'method', 'seed', 'step', 'loss'], ...lines.flatMap(line => line.points.map(point => [line.run.run, line.run.label, line.run.seed, point.x, 10 ** point.y]))]);
  }
}
const csvOf = {};

function tables() {
  const rows = data.summary.filter(row => row.student === chosen.student || row.method === 'teacher');
  table(byId('scores'), [
    { head: 'task', of: row => row.task, hidden: data.tasks.length === 1 }, { head: 'metric', of: row => row.metric, hidden: data.tasks.every(entry => entry.metrics.length === 1) }, { head: 'method', of: row => row.method === 'teacher' ? `teacher ${row.teacher}` : row.label },
    { head: 'budget', of: row => row.budget, write: row => short(row.budget), number: true }, { head: 'mean [95% interval]', of: row => row.value, write: row => interval(row.value, row.low, row.high, fixed), number: true },
    { head: 'recovered', of: row => row.recovered, write: row => interval(row.recovered, row.recoveredLow, row.recoveredHigh, percent), number: true },
    { head: 'total FLOPs', of: row => row.flops, write: row => short(row.flops), number: true }, { head: 'USD', of: row => row.usd, write: row => short(row.usd), number: true }, { head: 'seeds', of: row => row.seeds, number: true },
  ], rows, { filter: true, name: `${data.name}-summary`, caption: 'Every task, metric, method and budget' });
  const tests = data.comparison.filter(row => row.student === chosen.student && row.task === task().name);
  byId('tests-section').hidden = !data.comparison.length;
  table(byId('tests'), [
    { head: 'budget', of: row => row.budget, write: row => short(row.budget), number: true }, { head: 'method', of: row => row.label }, { head: 'mean [95% interval]', of: row => row.value, write: row => interval(row.value, row.low, row.high, fixed), number: true },
    { head: 'group', of: row => row.group }, { head: 'p against the best', of: row => row.pBest, write: row => short(row.pBest), number: true }, { head: "McNemar's p", of: row => row.pMcnemar, write: row => short(row.pMcnemar), number: true },
    { head: 'frontier', of: row => row.frontier ? 'yes' : '' },
  ], tests, { name: `${data.name}-tests`, caption: 'Methods beside each other' });
  byId('uses-section').hidden = data.uses.length === 0;
  const column = (head, of, write) => ({ head, of, write: row => known(of(row)) ? write(of(row)) : '', number: true });
  table(byId('uses'), [
    { head: 'model', of: row => row.model }, { head: 'format', of: row => row.format }, { head: 'task', of: row => row.task, hidden: data.tasks.length === 1 },
    { head: 'score', of: row => row.value, write: row => `${row.value.toFixed(3)} [${row.low.toFixed(3)}, ${row.high.toFixed(3)}]`, number: true },
    column('MB', row => row.bytes / 1e6, value => value.toFixed(2)), column('first token, ms', row => 1000 * row.first, value => value.toFixed(2)), column('tokens/s', row => row.rate, value => value.toFixed(0)),
    column('tokens/s, 16 together', row => row.rate16, value => value.toFixed(0)), column('peak MB', row => row.peak / 1e6, value => value.toFixed(0)), column('J per 1,000', row => row.joules, value => value.toFixed(2)),
    column('FLOPs to make', row => row.making, short),
  ], data.uses, { filter: true, name: `${data.name}-uses`, caption: 'What using each model in each format costs' });
  table(byId('runs'), [
    { head: 'run', of: run => run.run }, { head: 'method', of: run => run.label || run.run }, { head: 'student', of: run => run.student }, { head: 'budget', of: run => run.budget, write: run => short(run.budget), number: true }, { head: 'seed', of: run => run.seed, number: true },
    { head: 'status', of: run => run.status }, { head: metric().name, of: score, write: run => short(score(run)), number: true }, { head: 'FLOPs', of: run => run.cost.flops, write: run => short(run.cost.flops), number: true },
    { head: 'seconds', of: run => run.seconds, write: run => short(run.seconds), number: true }, { head: 'attempts', of: run => run.attempts, number: true }, { head: 'error', of: run => run.error },
  ], runs, { filter: true, name: `${data.name}-runs`, caption: 'Every run' });
}

function samples() {
  byId('samples-section').hidden = !data.samples.length;
  const own = data.samples.filter(row => row[1] === task().name);
  const largest = Math.max(...runs.filter(run => known(run.budget)).map(run => run.budget));
  const wanted = run => run.student === '' || (run.student === chosen.student && !chosen.hidden.has(run.label) && (run.budget === largest));
  byId('samples').replaceChildren(...[...groups(own, row => row[2])].flatMap(([item, list]) => [
    make('h3', {}, `Problem ${item + 1}`), make('pre', {}, list[0][3]), make('p', { class: 'name' }, `reference: ${list[0][4]}`),
    make('div', { class: 'samples' }, ...list.filter(row => wanted(runs[row[0]])).map(row => make('div', {}, make('h4', {}, runs[row[0]].label || runs[row[0]].run, ' ', make('span', { class: row[6] === 1 ? 'right' : 'wrong' }, row[6] === 1 ? '✓ right' : '✗ wrong')), make('pre', {}, row[5] || '(nothing)')))),
  ]));
}

function legend() {
  byId('legend').replaceChildren(...data.methods.map(entry => {
    const sign = draw('svg', { width: 26, height: 16, viewBox: '-13 -8 26 16', 'aria-hidden': 'true' });
    sign.append(draw('path', { d: 'M-12 0H12', stroke: entry.color, 'stroke-width': 2, 'stroke-dasharray': entry.dashed ? '5 3' : null }), mark(entry, 5));
    const box = make('input', { type: 'checkbox', onchange: event => { event.target.checked ? chosen.hidden.delete(entry.name) : chosen.hidden.add(entry.name); refresh(); } });
    box.checked = !chosen.hidden.has(entry.name);
    return make('li', {}, make('label', {}, box, sign, entry.name));
  }));
}

function options(id, entries, current, change) {
  const list = byId(id);
  list.replaceChildren(...entries.map(([value, text]) => {
    const option = make('option', { value }, text);
    option.selected = String(value) === String(current);
    return option;
  }));
  list.onchange = () => { change(list.value); refresh(); };
  list.closest('label').hidden = entries.length < 2;
}
function controls() {
  options('task', data.tasks.map((entry, i) => [i, entry.name]), chosen.task, value => { chosen.task = +value; chosen.metric = task().metrics[0].name; controls(); });
  options('metric', task().metrics.map(entry => [entry.name, entry.name]), chosen.metric, value => { chosen.metric = value; });
  options('student', data.students.map(name => [name, name]), chosen.student, value => { chosen.student = value; });
  options('axis', Object.entries(AXES).map(([name, axis]) => [name, axis.label]), chosen.axis, value => { chosen.axis = value; });
  options('boundary', data.boundaries.map((entry, i) => [i, entry.name]), chosen.boundary, value => { chosen.boundary = +value; });
}
function refresh() {
  count();
  figures();
  tables();
  samples();
}

for (const button of document.querySelectorAll('[data-csv]')) button.addEventListener('click', () => save(`${data.name}-${button.dataset.csv}.csv`, csvOf[button.dataset.csv]()));
byId('latex').addEventListener('click', event => copy(event.target, data.latex));
byId('print').addEventListener('click', () => window.print());
byId('dark').addEventListener('click', event => {
  const dark = document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  event.target.setAttribute('aria-pressed', String(!dark));
});
window.addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(part => { part.open = true; }));
let drawn = document.documentElement.clientWidth < 600;
window.addEventListener('resize', () => {
  if (drawn === (drawn = document.documentElement.clientWidth < 600)) return;
  figures();
});
controls();
legend();
refresh();
document.documentElement.dataset.ready = 'yes';
