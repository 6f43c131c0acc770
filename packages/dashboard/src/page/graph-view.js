/** The role graph with what moves over it: a drawing, and the same as a table. */
import { html, show, svg, table } from "./dom.js";
import { edgeKey } from "./edge-traffic.js";
import { BOX, layoutGraph } from "./graph-layout.js";
import { field, listOf, numberOf, textOf } from "./read.js";

/** @typedef {{ readonly graph: unknown, readonly cluster: unknown, readonly traffic: ReadonlyMap<string, number> }} GraphState */

/** @param {unknown} graph */
const edgesOf = (graph) =>
  listOf(graph, "edges").map((edge) => ({ from: textOf(edge, "from"), to: textOf(edge, "to") }));

/** @param {unknown} cluster @param {string} role */
function figuresOf(cluster, role) {
  const queue = field(field(cluster, "queues"), role);
  return queue === undefined ? "" : `${numberOf(queue, "waiting")} waiting · ${numberOf(queue, "in_flight")} running`;
}

/** @param {GraphState} state */
function drawing({ graph, cluster, traffic }) {
  const names = listOf(graph, "roles").map((role) => textOf(role, "name"));
  const { places, curves, width, height } = layoutGraph(names, edgesOf(graph));
  return svg(
    "svg",
    {
      class: "graph",
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": "The role graph; the table below says the same",
    },
    svg(
      "defs",
      {},
      svg(
        "marker",
        { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
        svg("path", { class: "arrow", d: "M0 0L8 4L0 8z" }),
      ),
    ),
    ...curves.map(({ from, to, path, labelX, labelY }) => {
      const count = traffic.get(edgeKey(from, to)) ?? 0;
      return svg(
        "g",
        { class: count > 0 ? "edge busy" : "edge" },
        svg("path", { d: path, "marker-end": "url(#arrow)" }),
        count > 0 ? svg("text", { x: labelX, y: labelY }, String(count)) : undefined,
      );
    }),
    ...places.map(({ name, x, y }) => {
      const figures = figuresOf(cluster, name);
      const middle = x + BOX.width / 2;
      return svg(
        "g",
        { class: names.includes(name) ? "role" : "door" },
        svg("rect", { x, y, width: BOX.width, height: BOX.height, rx: 6 }),
        svg("text", { x: middle, y: y + (figures === "" ? 28 : 20) }, name),
        figures === "" ? undefined : svg("text", { class: "figures", x: middle, y: y + 36 }, figures),
      );
    }),
  );
}

/** @param {Element} place @param {GraphState} state */
export function showGraph(place, state) {
  const { graph, traffic } = state;
  const wasOpen = place.querySelector("details")?.open ?? false;
  const rows = edgesOf(graph).map(({ from, to }) => [from, to, String(traffic.get(edgeKey(from, to)) ?? 0)]);
  show(
    place,
    html("h2", {}, "Graph"),
    drawing(state),
    html("p", { class: "soft" }, "Numbers on edges: messages of the newest tasks in the last minute."),
    html(
      "details",
      { open: wasOpen },
      html("summary", { "data-key": "edges" }, "Edges as a table"),
      table("Edges", ["From", "To", "Messages in the last minute"], rows),
    ),
  );
}
