/** The list of tasks, newest first. */
import { html, show, table } from "./dom.js";
import { duration, toneOf } from "./format.js";
import { listOf, textOf } from "./read.js";

const STATUSES = ["", "running", "waiting", "completed", "failed", "cancelled", "expired", "rejected"];

/** @typedef {{ readonly choose: (status: string) => void, readonly more: () => void }} Choices */
/** @typedef {{ readonly tasks: readonly unknown[], readonly status: string, readonly hasMore: boolean }} TaskPages */

/** @param {unknown} task */
function took(task) {
  const [created, finished] = [Date.parse(textOf(task, "created_at")), Date.parse(textOf(task, "finished_at"))];
  return Number.isNaN(created) || Number.isNaN(finished) ? "" : duration(finished - created);
}

/** @param {unknown} task */
function cells(task) {
  const [id, status] = [textOf(task, "task_id"), textOf(task, "status")];
  return [
    html("a", { href: `#/tasks/${encodeURIComponent(id)}`, "data-key": id }, id),
    html("span", { class: `status ${toneOf(status)}` }, status),
    textOf(task, "role"),
    html("time", {}, textOf(task, "created_at")),
    took(task),
    textOf(task, "session"),
  ];
}

/** @param {string} chosen @param {Choices} choices */
function filter(chosen, { choose }) {
  const options = STATUSES.map((status) =>
    html("option", { value: status, selected: status === chosen }, status === "" ? "any status" : status),
  );
  const select = html("select", { id: "status", "data-key": "status" }, ...options);
  select.addEventListener("change", () => choose(select.value));
  return html("p", {}, html("label", { for: "status" }, "Show "), select);
}

/** @param {Element} place @param {TaskPages} pages @param {Choices} choices */
export function showTasks(place, { tasks, status, hasMore }, choices) {
  const more = html("button", { type: "button", "data-key": "more" }, "Show more");
  more.addEventListener("click", choices.more);
  show(
    place,
    html("h2", {}, "Tasks"),
    filter(status, choices),
    tasks.length === 0
      ? html("p", { class: "soft" }, "No tasks.")
      : table("Tasks, newest first", ["Task", "Status", "Door", "Submitted", "Took", "Session"], tasks.map(cells)),
    hasMore ? more : undefined,
  );
}

/** @param {unknown} page */
export const tasksOf = (page) => listOf(page, "tasks");
