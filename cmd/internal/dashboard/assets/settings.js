// What a run was asked to do.

import { count, exactly, points } from "./format.js";

const byID = (id) => document.getElementById(id);

// The limits of config.json, in words.
const limits = {
  updates: (n) => `after ${count(n)} ${n === 1 ? "update" : "updates"}`,
  decisions: (n) => `after ${count(n)} ${n === 1 ? "decision" : "decisions"}`,
  seconds: (s) => `after ${exactly(s)} of training`,
  until_return: (r) => `at a mean return of ${points(r)}`,
};

const ends = (all) => Object.entries(limits).filter(([name]) => all?.[name] !== undefined).map(([name, say]) => say(all[name])).join(" or ");

const departs = (s) => s.recipe !== null && s.recipe !== s.value;

// showSettings shows what the server has said of a run that computes on a device; nothing of no run.
export function showSettings(about, device) {
  const facts = about === null ? {} : {
    directory: about.directory, recipe: about.recipe, seed: about.seed, "begins with": about.init, ends: ends(about.limits), device,
    "unlike the recipe": about.settings.filter(departs).map((s) => `--${s.flag} ${s.value} (${s.recipe})`).join(", "),
  };
  byID("about").replaceChildren(...Object.entries(facts).filter(([, v]) => v !== undefined && v !== "").flatMap(([k, v]) => [element("dt", k), element("dd", v)]));
  const settings = about?.settings ?? [];
  byID("settings").tBodies[0].replaceChildren(...settings.map(row));
  byID("flags").hidden = settings.length === 0;
  showProblem(about?.error);
}

// showProblem says what is wrong with the run that is shown.
export function showProblem(text) {
  byID("about-problem").hidden = !text;
  byID("about-problem").textContent = text ? `What this run was asked to do is not known: ${text}.` : "";
}

// row has the roles of what it consists of: on a narrow screen it is no longer drawn as a row.
function row(s) {
  const tr = element("tr"), changed = departs(s);
  tr.setAttribute("role", "row");
  tr.append(...[`--${s.flag}`, s.value === "" ? "–" : s.value, changed ? s.recipe : "the same", s.help].map((text) => {
    const td = element("td", text);
    td.setAttribute("role", "cell");
    return td;
  }));
  tr.classList.toggle("changed", changed);
  return tr;
}

function element(name, text = "") {
  const node = document.createElement(name);
  node.textContent = String(text);
  return node;
}
