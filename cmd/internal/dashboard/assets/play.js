// A game for whoever looks on: keys go up, pictures come down.

import { Link, lost } from "./screen.js";
import { count } from "./format.js";

const byID = (id) => document.getElementById(id);

const keys = { ArrowUp: "up", KeyW: "up", ArrowDown: "down", KeyS: "down", Space: "fire" };
const scrolling = ["PageUp", "PageDown", "Home", "End"]; // which would take the page away from who plays
const pause = 1000; // in which the keys of a game that has ended begin no other one

// What there is to play against, and what that makes of the person.
const opponents = {
  console: {
    path: () => "api/play",
    help: "You are the right, green paddle: ↑ ↓ or W S; space returns the ball faster. Esc ends the game.",
    fires: true,
    score: (left, right) => `opponent ${left} : ${right} you`,
    margin: (about) => about.right - about.left,
    begun: () => "",
  },
  policy: {
    path: (run) => `api/runs/${run}/play`,
    help: "You are the left, orange paddle: ↑ ↓ or W S; fire has no effect on the left. Esc ends the game.",
    fires: false,
    score: (left, right) => `you ${left} : ${right} agent`,
    margin: (about) => about.left - about.right,
    begun: (about) => `It plays as it does after update ${count(about.update)}.`,
  },
};

export class Play {
  // onChoice is called when another opponent is chosen.
  constructor(onChoice) {
    this.canvas = byID("play");
    this.context = this.canvas.getContext("2d");
    this.note = byID("play-note");
    this.start = byID("play-start");
    this.select = byID("play-against");
    this.place = byID("court");
    this.hint = byID("play-hint");
    this.held = new Set();
    this.ended = -pause;
    this.start.addEventListener("click", () => (this.link ? this.end("The game has ended.") : this.begin()));
    this.select.addEventListener("change", () => {
      this.choose(this.select.value);
      onChoice();
    });
    this.canvas.addEventListener("keydown", (e) => this.key(e, true));
    this.canvas.addEventListener("keyup", (e) => this.key(e, false));
    this.canvas.addEventListener("blur", () => this.release());
    for (const name of ["up", "down", "fire"]) this.button(name);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.end("The game has ended, as the page was out of sight.");
    });
    this.choose(this.select.value);
    this.court();
  }

  // court draws a court, so that there is one before the first game.
  court() {
    const fill = (colour, x, y, width, height) => {
      this.context.fillStyle = colour;
      this.context.fillRect(x, y, width, height);
    };
    fill("#904811", 0, 0, 160, 210);
    for (const y of [24, 194]) fill("#ececec", 0, y, 160, y === 24 ? 10 : 16);
    fill("#d5824a", 16, 90, 4, 16);
    fill("#5cba5c", 140, 116, 4, 16);
    fill("#ececec", 108, 70, 2, 4);
  }

  // button has a button on the screen held for as long as it is touched, or, without a pointer,
  // as long as a key is pressed on it.
  button(name) {
    const button = byID(`key-${name}`);
    const press = (e, held, focus) => {
      e.preventDefault();
      if (held) this.wake(focus);
      this.hold(name, held);
    };
    button.addEventListener("pointerdown", (e) => {
      button.setPointerCapture(e.pointerId);
      press(e, true, true);
    });
    for (const event of ["pointerup", "pointercancel", "lostpointercapture"]) button.addEventListener(event, (e) => press(e, false));
    const presses = (e) => e.code === "Enter" || e.code === "Space";
    button.addEventListener("keydown", (e) => {
      if (!presses(e)) this.key(e, true);
      else if (e.repeat) e.preventDefault();
      else press(e, true, false);
    });
    button.addEventListener("keyup", (e) => (presses(e) ? press(e, false) : this.key(e, false)));
    button.addEventListener("blur", () => this.release());
    button.addEventListener("contextmenu", (e) => e.preventDefault());
  }

  // choose takes another opponent; a game that goes on is over.
  choose(name) {
    if (!Object.hasOwn(opponents, name)) return;
    this.hint.dataset.against = name;
    this.end("The game has ended, as another opponent was chosen.");
    this.select.value = name;
    this.against = opponents[name];
    byID("play-help").textContent = this.against.help;
    byID("key-fire").disabled = !this.against.fires;
    this.score(0, 0);
  }

  // show names the run whose policy may be played against.
  show(run) {
    if (run === this.run) return;
    if (this.against === opponents.policy) this.end("The game has ended, as another run was chosen.");
    this.run = run;
  }

  begin(focus = true) {
    if (this.against === opponents.policy && !this.run) {
      this.note.textContent = "There is no run yet to play against.";
      return;
    }
    this.begun = false;
    this.link = new Link(this.against.path(this.run), {
      onMessage: (m) => this.draw(m),
      onState: (state, reason) => {
        if (state === "open") this.send();
        else {
          this.begun = false;
          this.note.textContent = lost(reason);
        }
      },
    });
    this.note.textContent = "";
    this.start.textContent = "Stop";
    this.place.classList.add("playing");
    this.hint.hidden = true;
    if (focus) this.canvas.focus({ preventScroll: true });
  }

  // wake begins a game by a key, but not by one that was meant for the last game.
  wake(focus) {
    if (!this.link && performance.now() - this.ended > pause) this.begin(focus);
  }

  end(why, again = "Start") {
    if (!this.link) return;
    this.release();
    this.link.close();
    this.link = null;
    this.ended = performance.now();
    this.start.textContent = again;
    this.place.classList.remove("playing");
    this.hint.hidden = false;
    byID("play-again").textContent = again;
    this.note.textContent = why;
  }

  // keep keeps the page where it is while a game goes on, and ends that for Esc.
  keep(e) {
    if (!this.link || e.ctrlKey || e.altKey || e.metaKey) return;
    if (scrolling.includes(e.code)) e.preventDefault();
    if (e.code !== "Escape") return;
    this.end("The game has ended.");
    this.start.focus({ preventScroll: true });
  }

  key(e, held) {
    if (held) this.keep(e);
    const name = keys[e.code];
    if (!name || e.ctrlKey || e.altKey || e.metaKey) return;
    if (this.link || name === "fire") e.preventDefault();
    if (e.repeat) return;
    if (held && name === "fire") this.wake(true);
    if (this.link) this.hold(name, held);
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

  score(left, right) {
    const text = this.against.score(left, right), score = byID("play-score");
    if (score.textContent !== text) score.textContent = text;
  }

  draw({ about, image }) {
    this.context.putImageData(image, 0, 0);
    this.score(about.left, about.right);
    if (!this.begun) this.note.textContent = this.against.begun(about);
    this.begun = true;
    if (!about.over) return;
    const margin = this.against.margin(about);
    this.end(margin > 0 ? "You have won." : margin < 0 ? "You have lost." : "A draw.", "Play again");
  }
}
