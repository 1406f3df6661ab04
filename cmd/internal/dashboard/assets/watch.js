// The newest policy of a run, playing. The server plays only while somebody looks, so the
// connection is there only while the picture is in sight.

import { Link, lost } from "./screen.js";
import { count } from "./format.js";

const patience = 200; // before a game is asked for
const byID = (id) => document.getElementById(id);

export class Watch {
  constructor() {
    this.canvas = byID("watch");
    this.context = this.canvas.getContext("2d");
    this.difference = byID("difference").getContext("2d");
    this.note = byID("watch-note");
    this.button = byID("watch-pause");
    this.inSight = false;
    this.paused = false;
    new IntersectionObserver((seen) => {
      this.inSight = seen[seen.length - 1].isIntersecting;
      this.settle();
    }).observe(this.canvas);
    document.addEventListener("visibilitychange", () => this.settle());
    this.button.addEventListener("click", () => {
      this.paused = !this.paused;
      this.button.setAttribute("aria-pressed", this.paused);
      this.settle();
    });
  }

  show(id) {
    if (id === this.run) return;
    this.run = id;
    this.end();
    this.settle();
  }

  // settle connects or hangs up, as is called for: not at once, as the picture may be in sight only
  // while the page comes together, or is scrolled past it.
  settle() {
    clearTimeout(this.timer);
    const wanted = this.run && this.inSight && !this.paused && !document.hidden;
    if (!wanted) this.end();
    else if (!this.link) this.timer = setTimeout(() => this.begin(), patience);
  }

  begin() {
    if (!this.link) {
      this.link = new Link(`api/runs/${this.run}/watch`, {
        onMessage: (m) => this.draw(m),
        onState: (state, reason) => { if (state === "lost") this.note.textContent = lost(reason); },
      });
    }
  }

  end() {
    this.link?.close();
    this.link = null;
  }

  draw({ about, image, difference }) {
    this.context.putImageData(image, 0, 0);
    if (difference) this.difference.putImageData(difference, 0, 0);
    else this.difference.clearRect(0, 0, 80, 80);
    byID("watch-score").textContent = `opponent ${about.enemy} : ${about.agent} agent`;
    this.bars(about);
    this.units(about);
    this.note.textContent = about.problem || (about.update >= 0 ? `${decided(about)}${rate(about)}` : "waiting for the first checkpoint");
  }

  bars(about) {
    const actions = about.actions ?? [], nodes = table(byID("probabilities"), actions, (name) => `probability of ${name}`);
    actions.forEach((_, i) => {
      const p = about.prob?.[i] ?? 0;
      nodes[3 * i].className = i === about.taken ? "taken" : "";
      nodes[3 * i + 1].value = p;
      nodes[3 * i + 2].textContent = `${(100 * p).toFixed(0)} %${i === about.taken ? " ◂" : ""}`;
    });
  }

  // units names the units that are most active. Their bars are relative to the longest.
  units(about) {
    const units = about.units ?? [], most = Math.max(...(about.activities ?? []), 0.01);
    const names = units.map((unit) => (unit < 0 ? "" : `unit ${unit}`));
    const nodes = table(byID("units"), names, (name) => `activity of ${name}`);
    units.forEach((unit, i) => {
      nodes[3 * i + 1].className = unit < 0 ? "none" : "";
      nodes[3 * i + 1].value = about.activities[i] / most;
      nodes[3 * i + 2].textContent = unit < 0 ? "" : about.activities[i].toFixed(2);
    });
    byID("units-title").textContent = about.units ? `${about.active} of ${about.hidden} hidden units are active, most of all` : "";
  }
}

const decided = (about) => `policy after update ${count(about.update)}, decision ${count(about.decision)} of the game`;

// rate says how many frames there are, if they are fewer than they could be.
const rate = (about) => (about.rate < 30 ? `; ${about.rate} frames a second, as training needs the processors` : "");

// table returns the nodes of a place that has a line for each name: the name, a bar and a number.
function table(place, names, label) {
  const same = place.children.length === 3 * names.length;
  if (!same) {
    place.replaceChildren(...names.flatMap(() => {
      const bar = document.createElement("progress"), text = document.createElement("span");
      bar.max = 1;
      text.className = "number";
      return [document.createElement("span"), bar, text];
    }));
  }
  names.forEach((name, i) => {
    if (place.children[3 * i].textContent === name && same) return;
    place.children[3 * i].textContent = name;
    place.children[3 * i + 1].setAttribute("aria-label", label(name));
  });
  return place.children;
}
