import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BOX, layoutGraph } from "./graph-layout.js";

test("roles stand in columns by their distance from the client", () => {
  const { places } = layoutGraph(
    ["router", "developer", "reviewer"],
    [
      { from: "client", to: "router" },
      { from: "router", to: "developer" },
      { from: "developer", to: "reviewer" },
      { from: "router", to: "reviewer" },
      { from: "reviewer", to: "client" },
    ],
  );
  const x = Object.fromEntries(places.map((place) => [place.name, place.x]));
  assert.ok((x["client"] ?? 0) < (x["router"] ?? 0));
  assert.ok((x["router"] ?? 0) < (x["developer"] ?? 0));
  assert.equal(x["developer"], x["reviewer"]);
});

test("in any graph every role has a place of its own inside the drawing, and every edge a curve", () => {
  const name = fc.stringMatching(/^[a-z]{1,4}$/);
  const edge = fc.record({ from: fc.oneof(name, fc.constant("client")), to: fc.oneof(name, fc.constant("client")) });
  fc.assert(
    fc.property(fc.uniqueArray(edge, { maxLength: 30, selector: ({ from, to }) => `${from} ${to}` }), (edges) => {
      const names = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
      const { places, curves, width, height } = layoutGraph(names, edges);
      assert.equal(curves.length, edges.length);
      assert.equal(new Set(places.map(({ x, y }) => `${x} ${y}`)).size, places.length);
      assert.deepEqual(places.map((place) => place.name).toSorted(), [...new Set(["client", ...names])].toSorted());
      for (const { x, y } of places) assert.ok(x >= 0 && y >= 0 && x + BOX.width <= width && y + BOX.height <= height);
      for (const { path } of curves) assert.doesNotMatch(path, /NaN|Infinity|undefined/);
    }),
  );
});
