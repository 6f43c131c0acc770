/** Reads values of answers whose form is not taken for granted: what is missing or of another type becomes empty. */

/** @param {unknown} value @param {string} key @returns {unknown} */
export function field(value, key) {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}

/** @param {unknown} value @param {string} key @returns {string} */
export function textOf(value, key) {
  const found = field(value, key);
  return typeof found === "string" ? found : "";
}

/** @param {unknown} value @param {string} key @returns {number} */
export function numberOf(value, key) {
  const found = field(value, key);
  return typeof found === "number" ? found : 0;
}

/** @param {unknown} value @param {string} key @returns {readonly unknown[]} */
export function listOf(value, key) {
  const found = field(value, key);
  return Array.isArray(found) ? found : [];
}

/** @param {unknown} value @param {string} key @returns {readonly string[]} */
export const textsOf = (value, key) => listOf(value, key).filter((item) => typeof item === "string");
