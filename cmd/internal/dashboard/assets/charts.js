// The curves: a panel for each quantity, a line for each run that is chosen.

import { short, points, small, duration, count } from "./format.js";
import { line, sample, drawMark, styles, variable } from "./styles.js";

const uPlot = window.uPlot;

const quantities = [
  { key: "episodic_return", title: "Mean return of 100 episodes (points)", show: points },
  { key: "sps", title: "Decisions per second", show: short, zero: true },
  { key: "entropy", title: "Entropy of the policy (nats)", show: small, zero: true },
  { key: "kl", title: "KL divergence of an update (nats)", show: small, log: true },
  { key: "episode_length", title: "Mean length of 100 episodes (decisions)", show: short, zero: true },
  { key: "gradient_norm", title: "Norm of the gradient", show: small, log: true },
  { key: "running_reward", title: "Running reward of the 2016 post (points)", show: points, extra: true },
  { key: "weight_norm", title: "Norm of the weights", show: small, zero: true, extra: true },
  { key: "dead_units", title: "Fraction of dead units", show: small, zero: true, extra: true },
  { key: "learning_rate", title: "Learning rate", show: small, log: true, extra: true },
];

const xs = {
  global_step: { name: "decisions", show: short, at: (x) => `at ${short(x)} decisions` },
  elapsed_seconds: { name: "training time", show: duration, at: (x) => `after ${duration(x)} of training` },
  update: { name: "updates", show: short, at: (x) => `at update ${count(x)}` },
};

const markDistance = 90; // pixels along a line
const mostSteps = 200; // of the keyboard, from one end of a chart to the other
const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity };

export class Charts {
  constructor(place) {
    this.place = place;
    this.panels = [];
    this.shape = "";
  }

  // show draws runs ({id, name, style, version, columns}) against x; all says whether to draw all
  // quantities. The same version of a run has the same columns.
  show(runs, x, all) {
    const shape = JSON.stringify([runs.map((r) => [r.id, r.style]), x, all, variable("--text"), uPlot.pxRatio]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(runs, x, all);
    }
    for (const p of this.panels) p.update(runs);
    for (const p of this.panels) p.hold(); // which moves the cursors of the others
  }

  build(runs, x, all) {
    for (const p of this.panels) p.end();
    const names = told(runs.map((r) => r.name));
    this.panels = quantities.filter((q) => all || !q.extra).map((q) => new Panel(q, x, runs, names));
    this.place.replaceChildren(...this.panels.map((p) => p.node));
    for (const p of this.panels) p.draw();
  }
}

// told returns names without the folders that all of them are in.
function told(names) {
  const folders = names.map((name) => name.split("/").slice(0, -1));
  let same = 0;
  while (folders.length > 1 && folders.every((f) => same < f.length && f[same] === folders[0][same])) same++;
  return names.map((name) => name.split("/").slice(same).join("/"));
}

class Panel {
  constructor(quantity, x, runs, names) {
    this.quantity = quantity;
    this.x = xs[x];
    this.column = x;
    this.runs = runs;
    this.names = names;
    this.node = element("div", "panel");
    this.node.dataset.key = quantity.key;
    this.where = element("p", "where");
    this.place = element("div", "plot");
    this.node.append(element("h3", "", quantity.title), this.where, this.legend(), this.place);
  }

  // legend returns a list of the runs with their values.
  legend() {
    const list = element("ul", "legend");
    this.values = this.runs.map((r, i) => {
      const item = element("li"), value = element("span", "number");
      item.append(sample(r.style, this.runs.length > 1), element("span", "", this.names[i]), value);
      list.append(item);
      return value;
    });
    return list;
  }

  // draw begins the chart, once the panel is on the page.
  draw() {
    this.back = variable("--card");
    this.plot = new uPlot(this.options(), [[], ...this.runs.map(() => [])], this.place);
    this.canvas = this.plot.ctx.canvas;
    this.canvas.setAttribute("role", "img");
    this.resized = new ResizeObserver(() => {
      if (this.place.clientWidth !== this.plot.width) this.plot.setSize({ width: this.place.clientWidth, height: this.place.clientHeight });
    });
    this.resized.observe(this.place);
    this.slide();
  }

  options() {
    const axis = { stroke: variable("--weak"), grid: { stroke: variable("--grid"), width: 1 }, ticks: { stroke: variable("--grid"), width: 1 } };
    const { zero, log, show } = this.quantity;
    const range = zero ? (u, lo, hi) => [0, hi > 0 ? hi * 1.08 : 1] : undefined;
    return {
      width: this.place.clientWidth || 320, height: this.place.clientHeight || 210,
      legend: { show: false },
      cursor: { sync: { key: "curves" }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: log ? { distr: 3 } : { range } },
      axes: [
        { ...axis, values: (u, all) => all.map(this.x.show), space: 70 },
        { ...axis, values: (u, all) => all.map((v) => (v === null ? "" : show === points ? String(v).replace("-", "−") : show(v))), size: 62 },
      ],
      series: [{}, ...this.runs.map((r) => {
        const { stroke, dash } = line(r.style);
        return { label: r.name, stroke, dash: dash.map((n) => n * uPlot.pxRatio), width: 2, spanGaps: true, points: { show: false } };
      })],
      hooks: { setCursor: [() => this.read()], draw: [() => this.mark()] },
    };
  }

  update(runs) {
    const version = runs.map((r) => r.version).join();
    if (version === this.version) return;
    this.version = version;
    const tables = runs.map((r) => {
      const y = r.columns[this.quantity.key] ?? [];
      return [r.columns[this.column] ?? [], this.quantity.log ? y.map((v) => (v > 0 ? v : null)) : y];
    });
    const data = tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables);
    this.ends = data.slice(1).map((y) => y.findLastIndex((v) => v !== null && v !== undefined));
    this.plot.batch(() => this.plot.setData(data));
    this.node.dataset.points = data[0].length;
    this.read();
    this.canvas.setAttribute("aria-label", `${this.quantity.title} against ${this.x.name}; ${this.spoken(null)}`);
    // Of a slider that has the focus, readers would say every change.
    if (this.held === undefined && document.activeElement !== this.slider) this.rest();
  }

  // mark draws the marks of the lines: on each the points that are nearest to the middles of
  // stretches, which are others for each, so that marks of lines that are close do not cover each other.
  // A line by itself has none, unless it is but a point.
  mark() {
    const u = this.plot, ratio = uPlot.pxRatio, distance = markDistance * ratio, x = u.data[0];
    const { min, max } = u.scales.x, { left, width } = u.bbox;
    if (!this.ends || min === null || max === null || (this.runs.length === 1 && x.length > 1)) return;
    this.runs.forEach((r, i) => {
      const y = u.data[i + 1], best = new Map(), shift = (distance * (r.style % styles)) / styles;
      for (let k = 0; k <= this.ends[i]; k++) {
        if (y[k] === null || y[k] === undefined || x[k] < min || x[k] > max) continue;
        const at = max > min ? (width * (x[k] - min)) / (max - min) : width / 2;
        const stretch = Math.floor((at + shift) / distance), off = Math.abs((stretch + 0.5) * distance - shift - at);
        if (!(best.get(stretch)?.off <= off)) best.set(stretch, { off, at, value: y[k] });
      }
      for (const { at, value } of best.values()) drawMark(u.ctx, r.style, left + at, u.valToPos(value, "y", true), ratio, this.back);
    });
  }

  // ---- values

  // value returns what a run has at a point, or before it if there is nothing at it: null before the
  // run's first value and after its last. At null it is the last.
  value(i, at) {
    const y = this.plot.data[i + 1] ?? [], end = this.ends?.[i] ?? -1;
    if (at === null) return y[end];
    if (at > end) return null;
    while (at > 0 && (y[at] === null || y[at] === undefined)) at--;
    return y[at];
  }

  // read says the values under the cursor, or the newest.
  read() {
    const at = this.plot.cursor.idx ?? null;
    put(this.where, this.runs.length > 0 ? this.at(at) : "choose a run above");
    this.values.forEach((node, i) => put(node, this.quantity.show(this.value(i, at))));
  }

  at(at) {
    return at === null ? "latest" : this.x.at(this.plot.data[0][at]);
  }

  spoken(at) {
    const values = this.runs.map((r, i) => `${this.names[i]} ${this.quantity.show(this.value(i, at))}`);
    return values.length > 0 ? `${this.at(at)}: ${values.join(", ")}` : "no run is chosen";
  }

  // ---- the keyboard

  // slide lays a slider over the chart, which is not seen, and moves the cursor: screen readers know
  // what that is, give it the arrow keys, and say its values.
  slide() {
    this.slider = element("input");
    this.slider.type = "range";
    this.slider.setAttribute("aria-label", `${this.quantity.title}, along ${this.x.name}`);
    this.slider.addEventListener("keydown", (e) => this.key(e));
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.slider.addEventListener("blur", () => this.leave());
    this.place.addEventListener("mousemove", () => { this.held = undefined; });
    this.place.append(this.slider);
    this.rest();
  }

  // range returns the first and the last point in sight, and how many steps they are apart.
  range() {
    const { min, max } = this.plot.scales.x, x = this.plot.data[0];
    const first = x.findIndex((v) => v >= min), last = x.findLastIndex((v) => v <= max);
    return { first, last, most: Math.max(0, Math.min(last - first, mostSteps)) };
  }

  key(e) {
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    if (e.key === "Escape") this.leave();
    const by = steps[e.key];
    if (by === undefined) return;
    e.preventDefault();
    const { first, last, most } = this.range();
    let from = by > 0 ? most - by : most; // the first step forwards is to the newest values
    if (this.held !== undefined) from = last > first ? Math.round(((this.plot.valToIdx(this.held) - first) * most) / (last - first)) : 0;
    this.go(Math.max(0, Math.min(from + by, most)));
  }

  // go moves the cursor to a step.
  go(step) {
    const { first, last, most } = this.range();
    if (first < 0 || last < first) return;
    const at = most > 0 ? first + Math.round((step * (last - first)) / most) : first;
    this.held = this.plot.data[0][at];
    this.point(at);
    this.slider.max = most;
    this.slider.value = step;
    this.slider.setAttribute("aria-valuetext", this.spoken(at));
  }

  // hold keeps the cursor where the keyboard has moved it, while the curves grow.
  hold() {
    if (this.held !== undefined) this.point(this.plot.valToIdx(this.held));
  }

  // point moves the cursor to a point.
  point(at) {
    const y = this.value(0, at);
    this.move(this.plot.valToPos(this.plot.data[0][at], "x"), y === null || y === undefined ? 0 : this.plot.valToPos(y, "y"));
  }

  leave() {
    if (this.held === undefined) return;
    this.held = undefined;
    this.move(-10, -10);
    this.rest();
  }

  // move moves the cursor, and with it those of the other charts.
  move(left, top) {
    this.plot.setCursor({ left, top }, true, true);
  }

  // rest has the slider at the newest values.
  rest() {
    this.slider.min = 0;
    this.slider.max = this.range().most;
    this.slider.value = this.slider.max;
    this.slider.setAttribute("aria-valuetext", this.spoken(null));
  }

  end() {
    this.resized.disconnect();
    this.plot.destroy();
  }
}

function element(name, className = "", text = "") {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text) node.textContent = text;
  return node;
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
