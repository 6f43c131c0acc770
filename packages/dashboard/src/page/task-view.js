/** One task: how it stands, its path, its answer, and its timeline as it grows. */
import { getJson, taskEvents, taskRecords } from "./api.js";
import { html, show } from "./dom.js";
import { cost, duration, pretty, toneOf } from "./format.js";
import { field, listOf, numberOf, textOf } from "./read.js";
import { entryOf } from "./timeline.js";

/** @typedef {import("./timeline.js").Entry} Entry */
/** Tokens that are kept on the page while a model speaks. */
const SPOKEN = 4_000;

/** @param {unknown} task */
function headOfTask(task) {
  const status = textOf(task, "status");
  const hops = listOf(task, "path").map((hop) =>
    html(
      "li",
      {},
      `${textOf(hop, "role")} `,
      html("span", { class: "soft" }, `${textOf(hop, "node")}, ${duration(numberOf(hop, "ms"))}`),
    ),
  );
  const [error, result] = [field(task, "error"), field(task, "result")];
  return [
    html(
      "p",
      {},
      html("span", { class: `status ${toneOf(status)}` }, status),
      ` · ${numberOf(field(task, "tokens"), "total")} tokens · ${cost(numberOf(task, "cost"))} · submitted ${textOf(task, "created_at")}`,
    ),
    html("h2", {}, "Path"),
    hops.length === 0 ? html("p", { class: "soft" }, "Nobody has worked on it yet.") : html("ol", {}, ...hops),
    ...(error === undefined
      ? []
      : [
          html("h2", {}, "Error"),
          html("pre", { tabindex: 0 }, `${textOf(error, "code")}: ${textOf(error, "message")}`),
        ]),
    ...(result === undefined ? [] : [html("h2", {}, "Result"), html("pre", { tabindex: 0 }, pretty(result))]),
  ];
}

/** @param {Entry} entry @param {string} begun */
function entryItem(entry, begun) {
  const sinceMs = Date.parse(entry.at) - Date.parse(begun);
  return html(
    "li",
    { class: entry.class },
    html("time", { datetime: entry.at, title: entry.at }, `+${duration(sinceMs)}`),
    html("strong", {}, entry.title),
    entry.facts === "" ? undefined : html("span", { class: "soft" }, ` ${entry.facts}`),
    entry.detail === ""
      ? undefined
      : html("details", {}, html("summary", {}, "what it said"), html("pre", { tabindex: 0 }, entry.detail)),
  );
}

/** @param {Element} place @param {string} id @param {AbortSignal} signal @param {import("./overview.js").Reports} reports */
export async function runTask(place, id, signal, { onAnswer, onFailure }) {
  const [head, list] = [html("section"), html("ol", { class: "timeline", "aria-label": "Timeline" })];
  const speech = html("pre", { tabindex: 0, "aria-label": "What the models are saying" });
  const speaking = html("section", { hidden: true }, html("h2", {}, "Being said"), speech);
  show(place, html("h1", {}, `Task ${id}`), head, speaking, html("h2", {}, "Timeline"), list);
  const showHead = async () =>
    show(head, ...headOfTask(await getJson(`/api/v1/tasks/${encodeURIComponent(id)}`, signal)));
  let [last, begun] = [0, ""];
  const showNewRecords = async () => {
    for await (const record of taskRecords(id, last, signal)) {
      const entry = entryOf(record);
      last = entry.id;
      begun ||= entry.at;
      list.append(entryItem(entry, begun));
    }
  };
  try {
    await showHead();
    await showNewRecords();
    onAnswer();
    for await (const event of taskEvents(id, signal)) {
      if (event.type === "token") {
        speaking.hidden = false;
        speech.textContent = `${speech.textContent}${textOf(event.data, "text")}`.slice(-SPOKEN);
        continue;
      }
      if (Number(event.id) <= last && event.type !== "done") continue;
      speaking.hidden = true;
      speech.textContent = "";
      await showNewRecords();
      await showHead();
      onAnswer();
    }
  } catch (error) {
    if (!signal.aborted) onFailure(error);
  }
}
