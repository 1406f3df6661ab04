// The curves: a panel for each quantity, a line for each run that is chosen.

import { short, points, small, duration } from "./format.js";
import { line, variable } from "./styles.js";

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
  global_step: { name: "decisions", show: short },
  elapsed_seconds: { name: "training time", show: duration },
  update: { name: "update", show: short },
};

export class Charts {
  constructor(place) {
    this.place = place;
    this.panels = [];
    this.shape = "";
  }

  // show draws runs ({name, style, columns}) against x; all says whether to draw all quantities.
  show(runs, x, all) {
    const shape = JSON.stringify([runs.map((r) => [r.id, r.style]), x, all, variable("--text")]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(runs, x, all);
    }
    for (const p of this.panels) p.update(runs);
  }

  build(runs, x, all) {
    for (const p of this.panels) p.end();
    this.place.replaceChildren();
    this.panels = quantities.filter((q) => all || !q.extra).map((q) => new Panel(this.place, q, x, runs));
  }
}

class Panel {
  constructor(place, quantity, x, runs) {
    this.quantity = quantity;
    this.x = x;
    this.node = document.createElement("div");
    this.node.className = "panel";
    this.node.dataset.key = quantity.key;
    const title = document.createElement("h3"), plot = document.createElement("div");
    this.readout = document.createElement("p");
    title.textContent = quantity.title;
    plot.className = "plot";
    this.node.append(title, this.readout, plot);
    place.append(this.node);
    this.plot = new uPlot(this.options(runs, plot), [[], ...runs.map(() => [])], plot);
    this.resized = new ResizeObserver(() => {
      if (plot.clientWidth !== this.plot.width) this.plot.setSize({ width: plot.clientWidth, height: plot.clientHeight });
    });
    this.resized.observe(plot);
  }

  options(runs, plot) {
    const axis = { stroke: variable("--weak"), grid: { stroke: variable("--grid"), width: 1 }, ticks: { stroke: variable("--grid"), width: 1 } };
    const { zero, log, show } = this.quantity;
    const xShow = xs[this.x].show;
    const range = zero ? (u, lo, hi) => [0, hi > 0 ? hi * 1.08 : 1] : undefined;
    return {
      width: plot.clientWidth || 320, height: plot.clientHeight || 210,
      legend: { show: false },
      cursor: { sync: { key: "curves" }, drag: { x: true, y: false } },
      scales: { x: { time: false }, y: log ? { distr: 3 } : { range } },
      axes: [
        { ...axis, values: (u, all) => all.map(xShow), space: 70 },
        { ...axis, values: (u, all) => all.map((v) => (v === null ? "" : show === points ? String(v).replace("-", "−") : show(v))), size: 62 },
      ],
      series: [{}, ...runs.map((r) => ({ label: r.name, ...line(r.style), width: 2, spanGaps: true, points: { show: false } }))],
      hooks: { setCursor: [() => this.read()] },
    };
  }

  update(runs) {
    this.runs = runs;
    const tables = runs.map((r) => {
      const y = r.columns[this.quantity.key] ?? [];
      return [r.columns[this.x] ?? [], this.quantity.log ? y.map((v) => (v > 0 ? v : null)) : y];
    });
    const data = tables.length === 0 ? [[]] : tables.length === 1 ? tables[0] : uPlot.join(tables);
    this.plot.setData(data);
    this.node.dataset.points = data[0].length;
    this.read();
  }

  // read says the values under the cursor, or the newest.
  read() {
    if (!this.runs) return;
    const at = this.plot.cursor.idx, data = this.plot.data;
    const nearest = (y) => {
      let i = at ?? y.length - 1;
      while (i > 0 && (y[i] === null || y[i] === undefined)) i--;
      return y[i];
    };
    const values = this.runs.slice(0, 6).map((r, i) => {
      const text = this.quantity.show(nearest(data[i + 1] ?? []));
      return this.runs.length > 1 ? `${r.name} ${text}` : text;
    });
    const where = at === null || at === undefined ? "latest" : `${xs[this.x].name} ${xs[this.x].show(data[0][at])}`;
    this.readout.textContent = values.length ? `${where}: ${values.join(", ")}` : "choose a run above";
  }

  end() {
    this.resized.disconnect();
    this.plot.destroy();
  }
}
