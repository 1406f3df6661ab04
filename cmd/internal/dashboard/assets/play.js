// A game for whoever looks on: keys go up, pictures come down.

import { Link } from "./screen.js";

const byID = (id) => document.getElementById(id);

const keys = { ArrowUp: "up", KeyW: "up", ArrowDown: "down", KeyS: "down", Space: "fire" };
const help = "You are the right, green paddle: ↑ ↓ or W S; space returns the ball faster.";

export class Play {
  constructor() {
    this.canvas = byID("play");
    this.context = this.canvas.getContext("2d");
    this.note = byID("play-note");
    this.start = byID("play-start");
    this.held = new Set();
    this.start.addEventListener("click", () => (this.link && !this.over ? this.end("The game has ended.") : this.begin()));
    this.canvas.addEventListener("keydown", (e) => this.key(e, true));
    this.canvas.addEventListener("keyup", (e) => this.key(e, false));
    this.canvas.addEventListener("blur", () => this.release());
    for (const name of ["up", "down", "fire"]) {
      const button = byID(`key-${name}`);
      const press = (held) => (e) => {
        e.preventDefault();
        if (held && !this.link) this.begin();
        if (held) button.setPointerCapture(e.pointerId);
        this.hold(name, held);
      };
      button.addEventListener("pointerdown", press(true));
      for (const event of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(event, press(false));
      // Without a pointer: held as long as the key is.
      button.addEventListener("keydown", (e) => { if (e.code === "Enter" || e.code === "Space") press2(e, true); });
      button.addEventListener("keyup", (e) => { if (e.code === "Enter" || e.code === "Space") press2(e, false); });
      button.addEventListener("blur", () => this.hold(name, false));
      button.addEventListener("contextmenu", (e) => e.preventDefault());
      const press2 = (e, held) => {
        e.preventDefault();
        if (held && !this.link) this.begin(false);
        this.hold(name, held);
      };
    }
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && this.link) this.end("The game has ended, as the page was out of sight.");
    });
  }

  begin(focus = true) {
    if (this.link) this.link.send("new");
    else {
      this.link = new Link("api/play", {
        onMessage: (m) => this.draw(m),
        onState: (state, reason) => {
          this.note.textContent = state === "open" ? help : reason || "no connection to the game; trying again";
          if (state === "open") this.send();
        },
      });
    }
    this.over = false;
    this.start.textContent = "Stop";
    if (focus) this.canvas.focus({ preventScroll: true });
  }

  end(why) {
    this.link?.close();
    this.link = null;
    this.start.textContent = "Start";
    this.note.textContent = why;
    this.release();
  }

  key(e, held) {
    const name = keys[e.code];
    if (!name || e.ctrlKey || e.altKey || e.metaKey) return;
    if (!this.link) {
      if (held && e.code === "Space") this.begin();
      if (e.code === "Space") e.preventDefault();
      return;
    }
    e.preventDefault();
    if (!e.repeat) this.hold(name, held);
  }

  hold(name, held) {
    if (held === this.held.has(name)) return;
    if (held) this.held.add(name);
    else this.held.delete(name);
    byID(`key-${name}`).classList.toggle("held", held);
    this.send();
  }

  release() {
    for (const name of [...this.held]) this.hold(name, false);
  }

  // send says which keys are held; both ways at once are neither.
  send() {
    const up = this.held.has("up"), down = this.held.has("down");
    const way = up === down ? "" : up ? "up" : "down";
    const fire = this.held.has("fire") ? "fire" : "";
    this.link?.send([way, fire].filter(Boolean).join("+") || "stay");
  }

  draw({ about, image }) {
    this.context.putImageData(image, 0, 0);
    const text = `opponent ${about.enemy} : ${about.agent} you`, score = byID("play-score");
    if (score.textContent !== text) score.textContent = text;
    if (about.over && !this.over) {
      this.note.textContent = about.agent > about.enemy ? "You have won." : "You have lost.";
      this.start.textContent = "Play again";
    }
    this.over = about.over;
  }
}
