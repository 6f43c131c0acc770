/** How the cluster is, as the supervisor says it. */
import { html, show, table } from "./dom.js";
import { duration, toneOf } from "./format.js";
import { field, listOf, numberOf, textOf, textsOf } from "./read.js";

/** @param {string} name @param {import("./dom.js").Child} value */
const fact = (name, value) => html("div", {}, html("dt", {}, name), html("dd", {}, value));

/** @param {unknown} cluster */
function facts(cluster) {
  const [nodes, actors] = [field(cluster, "nodes"), field(cluster, "actors")];
  const status = textOf(cluster, "status");
  const oldestMs = field(cluster, "oldest_message_ms");
  return html(
    "dl",
    { class: "facts" },
    fact("Cluster", html("span", { class: `status ${toneOf(status)}` }, status)),
    fact("Nodes up", `${numberOf(nodes, "up")} of ${numberOf(nodes, "total")}`),
    fact(
      "Actors available",
      `${numberOf(actors, "total") - numberOf(actors, "unavailable")} of ${numberOf(actors, "total")}`,
    ),
    fact("Tasks in flight", String(numberOf(cluster, "tasks_in_flight"))),
    fact("Oldest message", typeof oldestMs === "number" ? duration(oldestMs) : "none"),
    fact("Version", textOf(cluster, "version") || "none deployed"),
  );
}

/** @param {unknown} cluster */
function alerts(cluster) {
  const rows = listOf(cluster, "alerts").map((alert) => [
    html("span", { class: "status warn" }, textOf(alert, "name")),
    textOf(alert, "text"),
    html("time", {}, textOf(alert, "since")),
  ]);
  return rows.length === 0
    ? html("p", { class: "soft" }, "No alerts.")
    : table("Alerts", ["Alert", "What", "Since"], rows);
}

/** @param {Element} place @param {unknown} cluster */
export function showCluster(place, cluster) {
  const reasons = textsOf(cluster, "reasons");
  show(
    place,
    html("h2", {}, "Cluster"),
    facts(cluster),
    reasons.length === 0 ? undefined : html("ul", {}, ...reasons.map((reason) => html("li", {}, reason))),
    alerts(cluster),
  );
}
