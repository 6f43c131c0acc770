/** Where the roles of a graph stand: columns by their distance from the client, edges as curves. Pure. */

/** @typedef {{ readonly from: string, readonly to: string }} Edge */
/** @typedef {{ readonly name: string, readonly x: number, readonly y: number }} Place */
/** @typedef {Edge & { readonly path: string, readonly labelX: number, readonly labelY: number }} Curve */
/** @typedef {{ readonly places: readonly Place[], readonly curves: readonly Curve[], readonly width: number, readonly height: number }} Layout */

export const BOX = { width: 130, height: 46 };
const COLUMN = 210;
const ROW = 86;
const MARGIN = 24;

/** @param {readonly string[]} names @param {readonly Edge[]} edges @returns {Map<string, number>} */
function distances(names, edges) {
  const distance = new Map([["client", 0]]);
  let border = ["client"];
  while (border.length > 0) {
    const next = [];
    for (const from of border) {
      for (const edge of edges) {
        if (edge.from !== from || distance.has(edge.to)) continue;
        distance.set(edge.to, (distance.get(from) ?? 0) + 1);
        next.push(edge.to);
      }
    }
    border = next;
  }
  const last = Math.max(...distance.values()) + 1;
  // What only people or timers reach stands behind everything else.
  for (const name of names) if (!distance.has(name)) distance.set(name, last);
  return distance;
}

/** @param {Place} from @param {Place} to */
function curve(from, to) {
  const isForward = to.x > from.x;
  const startX = from.x + (isForward ? BOX.width : BOX.width / 2);
  const endX = to.x + (isForward ? 0 : BOX.width / 2);
  const startY = from.y + (isForward ? BOX.height / 2 : BOX.height);
  const endY = to.y + (isForward ? BOX.height / 2 : BOX.height);
  if (isForward) {
    const middle = (startX + endX) / 2;
    const path = `M${startX} ${startY}C${middle} ${startY} ${middle} ${endY} ${endX} ${endY}`;
    return { path, labelX: middle, labelY: (startY + endY) / 2 - 4 };
  }
  const depth = Math.max(startY, endY) + 34 + Math.abs(startX - endX) / 12;
  return {
    path: `M${startX} ${startY}C${startX} ${depth} ${endX} ${depth} ${endX} ${endY}`,
    labelX: (startX + endX) / 2,
    labelY: depth - 10,
  };
}

/** @param {readonly string[]} names @param {readonly Edge[]} edges @returns {Layout} */
export function layoutGraph(names, edges) {
  const distance = distances(names, edges);
  /** @type {Map<number, string[]>} */
  const columns = new Map();
  for (const name of new Set(["client", ...names, ...distance.keys()])) {
    const column = distance.get(name) ?? 0;
    columns.set(column, [...(columns.get(column) ?? []), name]);
  }
  const tallest = Math.max(...[...columns.values()].map((column) => column.length));
  /** @type {Place[]} */
  const places = [];
  for (const [at, column] of columns) {
    const top = MARGIN + ((tallest - column.length) * ROW) / 2;
    for (const [row, name] of column.entries()) places.push({ name, x: MARGIN + at * COLUMN, y: top + row * ROW });
  }
  const placeOf = new Map(places.map((place) => [place.name, place]));
  const curves = edges.flatMap((edge) => {
    const [from, to] = [placeOf.get(edge.from), placeOf.get(edge.to)];
    return from && to ? [{ ...edge, ...curve(from, to) }] : [];
  });
  const width = 2 * MARGIN + (Math.max(...columns.keys()) + 1) * COLUMN - (COLUMN - BOX.width);
  const lowest = Math.max(...curves.map(({ labelY }) => labelY + 14), tallest * ROW);
  return { places, curves, width, height: MARGIN + lowest };
}
