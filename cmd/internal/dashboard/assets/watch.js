// The newest policy of a run, playing. The server plays only while somebody looks, so the
// connection is there only while the picture is in sight.

import { Link, lost } from "./screen.js";
import { count } from "./format.js";

const byID = (id) => document.getElementById(id);

export class Watch {
  constructor() {
    this.canvas = byID("watch");
    this.context = this.canvas.getContext("2d");
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

  // settle connects or hangs up, as is called for.
  settle() {
    const wanted = this.run && this.inSight && !this.paused && !document.hidden;
    if (!wanted) this.end();
    else if (!this.link) {
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

  draw({ about, image }) {
    this.context.putImageData(image, 0, 0);
    byID("watch-score").textContent = `opponent ${about.enemy} : ${about.agent} agent`;
    this.bars(about);
    this.note.textContent = about.problem ||
      (about.update >= 0 ? `policy after update ${count(about.update)}, decision ${count(about.decision)} of the game` : "waiting for the first checkpoint");
  }

  bars(about) {
    const place = byID("probabilities"), actions = about.actions ?? [];
    if (place.dataset.actions !== actions.join()) {
      place.dataset.actions = actions.join();
      place.replaceChildren(...actions.flatMap((name) => {
        const label = document.createElement("span"), bar = document.createElement("progress"), text = document.createElement("span");
        label.textContent = name;
        bar.max = 1;
        bar.setAttribute("aria-label", `probability of ${name}`);
        text.className = "number";
        return [label, bar, text];
      }));
    }
    const nodes = place.children;
    actions.forEach((_, i) => {
      const p = about.prob?.[i] ?? 0;
      nodes[3 * i].className = i === about.taken ? "taken" : "";
      nodes[3 * i + 1].value = p;
      nodes[3 * i + 2].textContent = `${(100 * p).toFixed(0)} %${i === about.taken ? " ◂" : ""}`;
    });
  }
}
