// The page: asks the server what is new, and shows it. All of it is in the runs'
// directories, so a page that is loaded anew has it again.

import { Charts } from "./charts.js";
import { Watch } from "./watch.js";
import { Play } from "./play.js";
import { showProblem, showSettings } from "./settings.js";
import { onTheme, sample, styles } from "./styles.js";
import { count, duration, points, short } from "./format.js";

const byID = (id) => document.getElementById(id);
const pollInterval = 1000, patience = 8000;
const mostPoints = 8000; // of a run, before its curves are asked for again as a whole
const mostChosen = styles;

let runs = []; // as the server lists them
let chosen = null; // ids of the runs whose curves are drawn, each in its place, "" in free ones; null before the first list
let shown = ""; // id of the run whose agent is shown
const curves = new Map(); // by id: {generation, next, columns}
const charts = new Charts(byID("panels"));
const watch = new Watch();
const play = new Play(() => writeAddress());

// ---- what is chosen, which the address keeps

function readAddress() {
  const from = new URLSearchParams(location.hash.slice(1));
  if (from.get("runs")) chosen = from.get("runs").split(",").slice(0, mostChosen).map((id, i, all) => (all.indexOf(id) < i ? "" : id));
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

// choose picks runs for whoever has not: of those that can be read the one that trains here, else the newest.
function choose() {
  const there = new Set(runs.map((r) => r.id));
  const newest = [...runs].sort((a, b) => Boolean(a.error) - Boolean(b.error) || b.live - a.live || order(a.age) - order(b.age))[0];
  if (chosen === null || (chosen.length > 0 && !chosen.some((id) => there.has(id)))) chosen = newest ? [newest.id] : null;
  if (!there.has(shown)) shown = newest?.id ?? "";
}

const order = (age) => (age < 0 ? Infinity : age);

// styleOf returns how a chosen run's line looks: by its place, which the address keeps.
const styleOf = (id) => chosen.indexOf(id);

// freePlace returns where another run can be chosen, or −1.
function freePlace() {
  const free = chosen.indexOf("");
  if (free >= 0 || chosen.length < mostChosen) return free >= 0 ? free : chosen.length;
  return chosen.findIndex((id) => !runs.some((r) => r.id === id)); // of a run that is no more
}

function pick(id, on) {
  const place = on ? freePlace() : styleOf(id);
  if (place < 0) return;
  chosen[place] = on ? id : "";
  while (chosen.at(-1) === "") chosen.pop();
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
    pick(r.id, box.checked);
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
  const compared = runs.filter((r) => chosen?.includes(r.id)).length > 1;
  const full = chosen !== null && freePlace() < 0;
  put(byID("full"), full ? `${mostChosen} runs are compared, as many as can be: to add another, take one away.` : "");
  runs.forEach((r, i) => {
    if (!rows.has(r.id)) rows.set(r.id, row(r));
    const tr = rows.get(r.id), on = chosen?.includes(r.id) ?? false, cells = tr.children;
    if (body.children[i] !== tr) body.insertBefore(tr, body.children[i] ?? null);
    const style = on ? `${styleOf(r.id)} ${compared} ${document.documentElement.dataset.theme}` : "";
    if (cells[0].dataset.style !== style) {
      cells[0].dataset.style = style;
      cells[0].replaceChildren(...(on ? [sample(styleOf(r.id), compared)] : []));
    }
    tr.querySelector("input").checked = on;
    tr.querySelector("input").disabled = full && !on;
    put(tr.querySelector("label span"), r.name);
    put(cells[2], points(r.last?.episodic_return));
    put(cells[3], short(r.last?.global_step));
    put(cells[4], count(r.last?.update));
    put(cells[5], short(r.last?.sps));
    put(cells[6], r.recipe ? `${r.recipe}, seed ${r.seed}` : "–");
    cells[7].className = r.error ? "wrong" : "";
    put(cells[7], [seen(r), r.error].filter(Boolean).join("; "));
  });
  byID("none").hidden = runs.length > 0;
  byID("runs").hidden = runs.length === 0;
  options();
}

// seen says how a run was when the server was last heard.
function seen(r) {
  if (r.live) return lostSince ? `trained here, on ${r.device}, when last seen at ${heard.toLocaleTimeString()}` : `trains here, on ${r.device}`;
  if (r.age < 0) return "not yet";
  return `${duration(r.age + (lostSince ? (Date.now() - heard) / 1000 : 0))} ago`;
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
  const lines = runs.filter((r) => chosen?.includes(r.id)).map((r) => ({ id: r.id, name: r.name, style: styleOf(r.id), ...drawn(r.id) }));
  charts.show(lines, byID("x").value, byID("all").checked);
}

function drawn(id) {
  const have = curves.get(id);
  return have ? { version: `${have.generation} ${have.next}`, columns: have.columns } : { version: "", columns: {} };
}

// ---- the run that is shown

let settingsOf = "", filtersOf = "";
let filtersInSight = false; // or nearly; else they are not drawn

async function showRun() {
  watch.show(shown);
  play.show(shown);
  const r = runs.find((one) => one.id === shown);
  if (!r) return;
  showFilters(r);
  const version = `${r.id} ${r.device ?? ""} ${r.error ?? ""}`;
  if (settingsOf === version) return;
  if (!settingsOf.startsWith(r.id)) showSettings(null); // those of another run
  settingsOf = r.id;
  let about;
  try {
    about = await ask(`api/runs/${r.id}`);
  } catch (e) {
    if (e instanceof Refused && r.id === shown) showProblem(e.message);
    throw e;
  }
  if (r.id !== shown) return; // another one has been chosen since
  settingsOf = version;
  showSettings(about, r.device);
}

// showFilters shows a picture once it is in sight and there: until then the one before stays.
function showFilters(r) {
  const version = `${r.id} ${r.filters ?? ""}`;
  if (version === filtersOf || !filtersInSight) return;
  filtersOf = version;
  if (!r.filters) {
    note("There is no checkpoint yet.");
    return;
  }
  const picture = byID("filters"), coming = new Image();
  coming.src = `api/runs/${r.id}/filters.png?of=${encodeURIComponent(r.filters)}`;
  coming.onload = () => {
    if (version !== filtersOf) return;
    picture.src = coming.src;
    picture.alt = `First-layer weights of ${r.name} as images, ${r.filters}`;
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
class Lost extends Error {}

async function ask(path) {
  let ok, text;
  try {
    const answer = await fetch(path, { signal: AbortSignal.timeout(patience) });
    ok = answer.ok;
    text = await answer.text();
  } catch (e) {
    throw new Lost("no answer", { cause: e });
  }
  if (!ok) throw new Refused(text.trim());
  return JSON.parse(text);
}

let lostSince = null, heard = null, polling = false, timer = 0;

async function poll() {
  if (polling) return;
  polling = true;
  clearTimeout(timer);
  try {
    await look();
    lostSince = null;
    byID("lost").hidden = true;
  } catch (e) {
    if (!(e instanceof Refused || e instanceof Lost)) throw e;
    sayLost(e);
  } finally {
    polling = false;
    if (!document.hidden) timer = setTimeout(poll, lostSince ? 3 * pollInterval : pollInterval);
  }
}

function sayLost(e) {
  lostSince ??= new Date();
  const refused = e instanceof Refused;
  put(byID("state"), refused ? "refused" : "no connection");
  put(byID("lost"), refused
    ? `The server refuses: ${e.message}`
    : `The server has not answered since ${lostSince.toLocaleTimeString()}. What was measured stays here; trying again every few seconds.`);
  byID("lost").hidden = false;
  list();
}

// look asks for all that is shown. What the server says of the runs is whether there is a connection:
// that it cannot answer about one of them is no matter of the others.
async function look() {
  const got = await ask("api/runs");
  runs = got.runs;
  heard = new Date();
  if (lostSince) filtersOf = "";
  lostSince = null;
  choose();
  list();
  const there = (chosen ?? []).filter((id) => runs.some((r) => r.id === id));
  const asked = await Promise.allSettled([...there.map(fetchCurves), showRun()]);
  draw();
  const lost = asked.find((one) => one.status === "rejected" && !(one.reason instanceof Refused));
  if (lost) throw lost.reason;
  put(byID("state"), `${runs.length} ${runs.length === 1 ? "run" : "runs"} · pongpg ${got.version}`);
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
