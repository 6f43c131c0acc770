/** What waits for people. Nothing is decided here: that needs a name, and the page has none where nobody signs in. */
import { html, show, table } from "./dom.js";

/** @typedef {import("./waiting-rows.js").WaitingRow} WaitingRow */

/** Shows nothing where nobody is waited for. @param {HTMLElement} place @param {readonly WaitingRow[]} rows */
export function showWaiting(place, rows) {
  place.hidden = rows.length === 0;
  if (rows.length === 0) return show(place);
  const cells = rows.map(({ id, task, kind, role, about, since }) => [
    html("a", { href: `#/tasks/${encodeURIComponent(task)}`, "data-key": id }, task),
    kind,
    role,
    about,
    html("time", {}, since),
  ]);
  return show(
    place,
    html("h2", {}, "Waits for people"),
    table("Approvals and dead letters, longest first", ["Task", "What", "Role", "About", "Since"], cells),
    html(
      "p",
      { class: "soft" },
      "Decide with ",
      html("code", {}, "troupe approvals"),
      " and ",
      html("code", {}, "troupe dead"),
      ".",
    ),
  );
}
