/** How figures are written. */

/** @param {number} ms @returns {string} */
export function duration(ms) {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number} dollars @returns {string} */
export const cost = (dollars) =>
  dollars === 0 ? "$0" : dollars < 0.01 ? `$${dollars.toFixed(5)}` : `$${dollars.toFixed(2)}`;

/** A value as people read it: texts as they are, anything else as JSON. @param {unknown} value @returns {string} */
export const pretty = (value) => (typeof value === "string" ? value : (JSON.stringify(value, null, 2) ?? ""));

/** @type {Readonly<Record<string, "good" | "warn" | "bad" | "status">>} */
const TONES = {
  healthy: "good",
  completed: "good",
  up: "good",
  available: "good",
  degraded: "warn",
  waiting: "warn",
  suspect: "warn",
  draining: "warn",
  critical: "bad",
  failed: "bad",
  expired: "bad",
  rejected: "bad",
  dead: "bad",
};

/** How a status is coloured; it is always written out as well. @param {string} status */
export const toneOf = (status) => (Object.hasOwn(TONES, status) ? TONES[status] : "status") ?? "status";
