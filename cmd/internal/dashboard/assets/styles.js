// How the lines of runs look: twelve styles. No two have the same mark, and any two differ in at least
// two of colour, dashes and the mark's shape, so that they can be told apart without colours.

// Colours of Okabe and Ito (2008), that the colour-blind can tell apart; by day the purple is darker,
// and wine (Tol, 2021) takes the place of yellow and light blue, which are too faint on white.
const light = ["#0072b2", "#d55e00", "#009e73", "#c0689a", "#000000", "#882255"];
const dark = ["#56b4e9", "#d55e00", "#009e73", "#cc79a7", "#ffffff", "#f0e442"];
const dashes = [[], [12, 5], [2, 4], [12, 4, 2, 4], [6, 4], [14, 4, 2, 4, 2, 4]];

// Marks are around 0, 0. What is not closed is drawn, and not filled.
const shapes = [
  "M4 0A4 4 0 1 1 -4 0A4 4 0 1 1 4 0Z",
  "M-3.6 -3.6H3.6V3.6H-3.6Z",
  "M0 -4.5L4.5 3.5H-4.5Z",
  "M0 -5L5 0L0 5L-5 0Z",
  "M0 4.5L4.5 -3.5H-4.5Z",
];
const cross = "M-3.8 -3.8L3.8 3.8M-3.8 3.8L3.8 -3.8", plus = "M-4.8 0H4.8M0 -4.8V4.8";

export const styles = 12;
const half = styles / 2;

const night = matchMedia("(prefers-color-scheme: dark)");

export const onTheme = (f) => night.addEventListener("change", f);

// line returns the look of line i: the mark is an SVG path, filled or hollow.
export function line(i) {
  const second = i % styles >= half, at = i % half;
  return {
    stroke: (night.matches ? dark : light)[(second ? at + 2 : at) % half],
    dash: dashes[(second ? at + 3 : at) % half],
    mark: shapes[at] ?? (second ? plus : cross),
    filled: at < shapes.length && !second,
  };
}

// variable returns a colour of style.css.
export const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// sample returns a piece of the line, for lists of runs; marked, with its mark.
export function sample(i, marked) {
  const { stroke, dash, mark, filled } = line(i);
  const svg = node("svg", { class: "sample", viewBox: "0 0 48 12", "aria-hidden": "true" });
  svg.append(node("line", { x1: 0, y1: 6, x2: 48, y2: 6, stroke, "stroke-width": 2, "stroke-dasharray": dash.join(" ") }));
  if (marked) svg.append(node("path", { d: mark, transform: "translate(24 6)", fill: filled ? stroke : variable("--card"), stroke, "stroke-width": 1.8 }));
  return svg;
}

function node(name, attributes) {
  const n = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [k, v] of Object.entries(attributes)) n.setAttribute(k, v);
  return n;
}

// drawMark draws the mark of line i on a canvas, at x, y, so many times as large as in a sample;
// a hollow one is filled with what is behind it.
export function drawMark(context, i, x, y, size, back) {
  const { stroke, mark, filled } = line(i), path = new Path2D(mark);
  context.save();
  context.translate(x, y);
  context.scale(size, size);
  context.setLineDash([]);
  context.lineWidth = 1.8;
  context.strokeStyle = stroke;
  context.fillStyle = filled ? stroke : back;
  context.fill(path);
  context.stroke(path);
  context.restore();
}
