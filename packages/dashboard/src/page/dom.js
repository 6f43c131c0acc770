/** Builds what is shown. Texts become text nodes and attributes, never markup, so nothing that a task says can act. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Node | string | undefined} Child */
/** @typedef {Readonly<Record<string, string | number | boolean | undefined>>} Attributes */

/** @template {Element} E @param {E} element @param {Attributes} attributes @param {readonly Child[]} children @returns {E} */
function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export const html = (name, attributes = {}, ...children) => filled(document.createElement(name), attributes, children);

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} name
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export const svg = (name, attributes = {}, ...children) =>
  filled(document.createElementNS(SVG, name), attributes, children);

/**
 * Replaces what a place shows. Whoever stands on something with a `data-key` stands on the one with the same key afterwards.
 *
 * @param {Element} place
 * @param {...Child} children
 */
export function show(place, ...children) {
  const focused = document.activeElement;
  const key = focused && place.contains(focused) ? focused.getAttribute("data-key") : null;
  place.replaceChildren(...children.filter((child) => child !== undefined));
  if (key === null) return;
  for (const candidate of place.querySelectorAll("[data-key]"))
    if (candidate.getAttribute("data-key") === key && candidate instanceof HTMLElement) candidate.focus();
}

/**
 * A table with its head; rows are lists of cells.
 *
 * @param {string} caption
 * @param {readonly string[]} heads
 * @param {readonly (readonly Child[])[]} rows
 */
export const table = (caption, heads, rows) =>
  html(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption, "data-key": caption },
    html(
      "table",
      {},
      html("caption", {}, caption),
      html("thead", {}, html("tr", {}, ...heads.map((head) => html("th", { scope: "col" }, head)))),
      html("tbody", {}, ...rows.map((cells) => html("tr", {}, ...cells.map((cell) => html("td", {}, cell))))),
    ),
  );
