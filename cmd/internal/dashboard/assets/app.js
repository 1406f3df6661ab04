// The page: asks the server what is new, and shows it. All of it is in the runs'
// directories, so a page that is loaded anew has it again.

import { Charts } from "./charts.js";
import { Watch } from "./watch.js";
import { Play } from "./play.js";
import { onTheme, sample } from "./styles.js";
import { count, duration, points, short } from "./format.js";

const byID = (id) => document.getElementById(id);
const pollInterval = 1000, patience = 8000;
const mostPoints = 8000; // of a run, before its curves are asked for again as a whole
const mostChosen = 12;

let runs = []; // as the server lists them
let chosen = null; // ids of the runs whose curves are drawn; null before the first list
let shown = ""; // id of the run whose agent is shown
const curves = new Map(); // by id: {generation, next, columns}
const styles = new Map(); // by id: number of its line
const charts = new Charts(byID("panels"));
const watch = new Watch();
const play = new Play(() => writeAddress());

// ---- what is chosen, which the address keeps

function readAddress() {
  const from = new URLSearchParams(location.hash.slice(1));
  if (from.get("runs")) chosen = from.get("runs").split(",");
  shown = from.get("shown") ?? "";
  if ([...byID("x").options].some((o) => o.value === from.get("x"))) byID("x").value = from.get("x");
  byID("all").checked = from.has("all");
  if (from.has("against")) play.choose(from.get("against"));
}

function writeAddress() {
  const to = new URLSearchParams({ runs: (chosen ?? []).join(","), shown, x: byID("x").value, against: byID("play-against").value });
  if (byID("all").checked) to.set("all", "1");
  history.replaceState(null, "", `#${to}`);
}

// choose picks runs for whoever has not: the one that trains here, else the newest.
function choose() {
  const there = new Set(runs.map((r) => r.id));
  const newest = [...runs].sort((a, b) => b.live - a.live || order(a.age) - order(b.age))[0];
  if (chosen === null || (chosen.length > 0 && !chosen.some((id) => there.has(id)))) chosen = newest ? [newest.id] : null;
  if (!there.has(shown)) shown = newest?.id ?? "";
}

const order = (age) => (age < 0 ? Infinity : age);

function styleOf(id) {
  if (!styles.has(id)) {
    const taken = new Set(chosen.map((other) => styles.get(other)));
    let free = 0;
    while (taken.has(free)) free++;
    styles.set(id, free);
  }
  return styles.get(id);
}

// ---- the list

const rows = new Map(); // by id

function row(r) {
  const tr = document.createElement("tr");
  tr.dataset.run = r.id;
  for (let i = 0; i < 8; i++) tr.append(document.createElement("td"));
  for (const i of [2, 3, 4, 5]) tr.children[i].className = "number";
  const label = document.createElement("label"), box = document.createElement("input"), name = document.createElement("span");
  box.type = "checkbox";
  box.addEventListener("change", () => {
    chosen = box.checked ? [...chosen, r.id].slice(-mostChosen) : chosen.filter((id) => id !== r.id);
    if (!box.checked) styles.delete(r.id);
    list();
    draw();
    writeAddress();
    poll();
  });
  label.append(box, name);
  tr.children[1].append(label);
  return tr;
}

function list() {
  const body = byID("runs").tBodies[0];
  for (const [id, tr] of rows) {
    if (!runs.some((r) => r.id === id)) {
      tr.remove();
      rows.delete(id);
    }
  }
  runs.forEach((r, i) => {
    if (!rows.has(r.id)) rows.set(r.id, row(r));
    const tr = rows.get(r.id), on = chosen?.includes(r.id) ?? false, cells = tr.children;
    if (body.children[i] !== tr) body.insertBefore(tr, body.children[i] ?? null);
    const style = on ? String(styleOf(r.id)) : "";
    if (cells[0].dataset.style !== style + document.documentElement.dataset.theme) {
      cells[0].dataset.style = style + document.documentElement.dataset.theme;
      cells[0].replaceChildren(...(on ? [sample(styleOf(r.id))] : []));
    }
    tr.querySelector("input").checked = on;
    put(tr.querySelector("label span"), r.name);
    put(cells[2], points(r.last?.episodic_return));
    put(cells[3], short(r.last?.global_step));
    put(cells[4], count(r.last?.update));
    put(cells[5], short(r.last?.sps));
    put(cells[6], r.recipe ? `${r.recipe}, seed ${r.seed}` : "–");
    cells[7].className = r.error ? "wrong" : "";
    put(cells[7], r.error || (r.live ? `trains here, on ${r.device}` : r.age < 0 ? "not yet" : `${duration(r.age)} ago`));
  });
  byID("none").hidden = runs.length > 0;
  byID("runs").hidden = runs.length === 0;
  options();
}

function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function options() {
  const select = byID("shown"), ids = runs.map((r) => r.id).join();
  if (select.dataset.ids !== ids) {
    select.dataset.ids = ids;
    select.replaceChildren(...runs.map((r) => new Option(r.name, r.id)));
  }
  select.value = shown;
}

// ---- curves

async function fetchCurves(id) {
  let have = curves.get(id);
  if (have && (have.columns.update?.length ?? 0) > mostPoints) have = undefined;
  const query = have ? `?${new URLSearchParams({ generation: have.generation, from: have.next })}` : "";
  const got = await ask(`api/runs/${id}/metrics${query}`);
  if (have && got.generation === have.generation && got.from === have.next) {
    for (const [name, values] of Object.entries(got.columns)) have.columns[name].push(...values);
    have.next = got.next;
  } else curves.set(id, { generation: got.generation, next: got.next, columns: got.columns });
}

function draw() {
  const lines = runs.filter((r) => chosen?.includes(r.id)).map((r) => ({ id: r.id, name: r.name, style: styleOf(r.id), columns: curves.get(r.id)?.columns ?? {} }));
  charts.show(lines, byID("x").value, byID("all").checked);
}

// ---- the run that is shown

const limits = (all) => Object.entries(all ?? {}).map(([name, v]) => `${name.replace("_", " ")} ${count(v)}`).join(" or ");

let settingsOf = "", filtersOf = "";
let filtersInSight = false; // or nearly; else they are not drawn

async function showRun() {
  watch.show(shown);
  play.show(shown);
  const r = runs.find((one) => one.id === shown);
  if (!r) return;
  showFilters(r);
  const version = `${r.id} ${r.device ?? ""}`;
  if (settingsOf === version) return;
  const about = await ask(`api/runs/${r.id}`);
  settingsOf = version;
  const facts = { directory: about.directory, recipe: about.recipe, seed: about.seed, "begins with": about.init, "ends after": limits(about.limits), device: r.device };
  const departs = about.settings.filter((s) => s.recipe !== null && s.recipe !== s.value).map((s) => `--${s.flag} ${s.value} (${s.recipe})`);
  if (departs.length > 0) facts["unlike the recipe"] = departs.join(", ");
  byID("about").replaceChildren(...Object.entries(facts).filter(([, v]) => v !== undefined && v !== "").flatMap(([k, v]) => {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = k;
    dd.textContent = v;
    return [dt, dd];
  }));
  byID("settings").tBodies[0].replaceChildren(...about.settings.map((s) => {
    const tr = document.createElement("tr"), changed = s.recipe !== null && s.recipe !== s.value;
    for (const text of [`--${s.flag}`, String(s.value === "" ? "–" : s.value), changed ? String(s.recipe) : "the same", s.help]) {
      const td = document.createElement("td");
      td.textContent = text;
      tr.append(td);
    }
    if (changed) tr.children[1].className = "changed";
    return tr;
  }));
}

// showFilters shows a picture once it is in sight and there: until then the one before stays.
function showFilters(r) {
  const version = `${r.id} ${r.checkpoint ?? ""}`;
  if (version === filtersOf || !filtersInSight) return;
  filtersOf = version;
  if (!r.checkpoint) {
    note("There is no checkpoint yet.");
    return;
  }
  const picture = byID("filters"), coming = new Image();
  coming.src = `api/runs/${r.id}/filters.png?of=${encodeURIComponent(r.checkpoint)}`;
  coming.onload = () => {
    if (version !== filtersOf) return;
    picture.src = coming.src;
    picture.alt = `First-layer weights of ${r.name} as images, ${r.checkpoint}`;
    byID("filters-link").href = coming.src;
    picture.hidden = false;
    byID("filters-note").hidden = true;
  };
  coming.onerror = () => {
    if (version === filtersOf) note("The filters of the newest checkpoint could not be had.");
  };
}

function note(text) {
  byID("filters").hidden = true;
  byID("filters-note").hidden = false;
  put(byID("filters-note"), text);
}

// ---- asking

class Refused extends Error {}

async function ask(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(patience) });
  if (!answer.ok) throw new Refused((await answer.text()).trim());
  return answer.json();
}

let lostSince = null, polling = false, timer = 0;

async function poll() {
  if (polling) return;
  polling = true;
  clearTimeout(timer);
  try {
    const got = await ask("api/runs");
    runs = got.runs;
    if (lostSince) filtersOf = "";
    choose();
    list();
    const there = (chosen ?? []).filter((id) => runs.some((r) => r.id === id));
    await Promise.all(there.map(fetchCurves));
    draw();
    await showRun();
    put(byID("state"), `${runs.length} ${runs.length === 1 ? "run" : "runs"} · pongpg ${got.version}`);
    lostSince = null;
    byID("lost").hidden = true;
  } catch (e) {
    lostSince ??= new Date();
    put(byID("state"), "no connection");
    put(byID("lost"), e instanceof Refused
      ? `The server refuses: ${e.message}`
      : `The server has not answered since ${lostSince.toLocaleTimeString()}. What was measured stays here; trying again every few seconds.`);
    byID("lost").hidden = false;
  }
  polling = false;
  if (!document.hidden) timer = setTimeout(poll, lostSince ? 3 * pollInterval : pollInterval);
}

new IntersectionObserver((seen) => {
  filtersInSight = seen[seen.length - 1].isIntersecting;
  const r = runs.find((one) => one.id === shown);
  if (r) showFilters(r);
}, { rootMargin: "300px" }).observe(byID("filters-section")); // there before it is seen
document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
byID("x").addEventListener("change", () => { draw(); writeAddress(); });
byID("all").addEventListener("change", () => { draw(); writeAddress(); });
byID("shown").addEventListener("change", () => { shown = byID("shown").value; writeAddress(); showRun().catch(() => {}); });

function theme() {
  document.documentElement.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
theme();
onTheme(() => { theme(); list(); draw(); });
readAddress();
poll();
