// How the lines of runs look: by their dashes as much as by their colours, which are those of
// Okabe and Ito (2008), that the colour-blind can tell apart.

const light = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#b07c00", "#3a96c7"];
const dark = ["#56b4e9", "#ff8a3c", "#2fd1a4", "#e9a3c9", "#ffffff", "#f0e442", "#e69f00"];
const dashes = [[], [9, 4], [2, 3], [11, 3, 2, 3], [5, 3], [14, 3, 2, 3, 2, 3]];

const night = matchMedia("(prefers-color-scheme: dark)");

export const onTheme = (f) => night.addEventListener("change", f);

export const line = (i) => ({
  stroke: (night.matches ? dark : light)[i % light.length],
  dash: dashes[i % dashes.length],
});

// variable returns a colour of style.css.
export const variable = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// sample returns a piece of the line, for the list of runs.
export function sample(i) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg"), l = document.createElementNS(ns, "line");
  const { stroke, dash } = line(i);
  svg.setAttribute("class", "sample");
  svg.setAttribute("viewBox", "0 0 42 12");
  svg.setAttribute("aria-hidden", "true");
  for (const [k, v] of Object.entries({ x1: 0, y1: 6, x2: 42, y2: 6, stroke, "stroke-width": 2.5, "stroke-dasharray": dash.join(" ") })) l.setAttribute(k, v);
  svg.append(l);
  return svg;
}
