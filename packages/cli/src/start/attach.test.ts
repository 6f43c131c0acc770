import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { doorInstead } from "./attach.ts";

const refused = (details?: Record<string, unknown>) =>
  new TroupeError("unknown_role", 'clients may not address "router"', details && { details });

test("a door that a deployment has closed is replaced by the first that is open; no other failure is", () => {
  assert.equal(doorInstead(refused({ role: "router", doors: ["research", "writing"] })), "research");
  assert.equal(doorInstead(refused({ doors: [] })), undefined);
  assert.equal(doorInstead(refused()), undefined);
  assert.equal(doorInstead(new TroupeError("unavailable", "no gateway", { details: { doors: ["a"] } })), undefined);
});
