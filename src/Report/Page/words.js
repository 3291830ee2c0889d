"use strict";
// Everything that the page shows is in the JSON beside it; nothing is fetched.
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
        else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
};
const draw = (name, attributes = {}, text) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes))
        if (value !== null && value !== undefined) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
};
const known = (value) => value !== null && value !== undefined;
const short = (value) => {
    if (!known(value)) return "";
    if (value === 0) return "0";
    const size = Math.abs(value);
    return size >= 1e5 || size < 1e-3 ? value.toExponential(1).replace("e+", "e") : String(+value.toPrecision(3));
};
const fixed = (value, digits = 3) => (known(value) ? value.toFixed(digits) : "");
const signed = (value) => (known(value) ? (value > 0 ? "+" : "") + value.toFixed(3) : "");
const percent = (value) => (known(value) ? `${Math.round(100 * value) + 0}%` : "");
const interval = (value, low, high, write) =>
    known(value) ? write(value) + (known(low) ? ` [${write(low)}, ${write(high)}]` : "") : "";
const mean = (values) =>
    values.length && values.every(known) ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
const groups = (list, key) => {
    const found = new Map();
    for (const entry of list) {
        const name = key(entry);
        if (!found.has(name)) found.set(name, []);
        found.get(name).push(entry);
    }
    return found;
};
