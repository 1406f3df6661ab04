// Numbers for people to read.

// short: 950, 6.81 M, 300 M.
export function short(x) {
  if (x === null || x === undefined || Number.isNaN(x)) return "–";
  let unit = "";
  for (const u of [" k", " M", " G"]) {
    if (Math.abs(x) < 999.5) break;
    x /= 1000;
    unit = u;
  }
  const digits = Number.isInteger(x) || Math.abs(x) >= 99.95 ? 0 : Math.abs(x) >= 9.995 ? 1 : 2;
  return x.toFixed(digits) + unit;
}

// count: 300,000,000.
export const count = (n) => (n === undefined || n === null ? "–" : n.toLocaleString("en-US"));

// points: a return with its sign.
export const points = (x) => (x === null || x === undefined ? "–" : (x < 0 ? "−" : "+") + Math.abs(x).toFixed(2));

// small: three digits of anything.
export function small(x) {
  if (x === null || x === undefined) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  return size >= 1e5 ? short(x) : size < 1e-3 ? x.toExponential(1) : String(Number(x.toPrecision(3)));
}

// exactly: 25 s, 1 min 30 s, 1 h 30 min.
export function exactly(seconds) {
  const h = Math.floor(seconds / 3600), min = Math.floor((seconds % 3600) / 60), s = Number((seconds % 60).toFixed(3));
  return [[h, "h"], [min, "min"], [s, "s"]].filter(([n]) => n > 0).map(([n, unit]) => `${n} ${unit}`).join(" ") || "0 s";
}

// duration: 45 s, 3 min, 2.1 h.
export function duration(s) {
  if (s < 100) return `${Math.round(s)} s`;
  if (s < 6000) return `${Math.round(s / 60)} min`;
  return s < 48 * 3600 ? `${(s / 3600).toFixed(1)} h` : `${Math.round(s / 86400)} days`;
}
