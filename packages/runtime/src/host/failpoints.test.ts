import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import { failpointsOf, victimOf } from "./failpoints.ts";

test("the first hop of the role that comes to the place dies there, and no other", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "troupe-failpoint-"));
  t.after(() => rmSync(folder, { recursive: true }));
  let deaths = 0;
  const die = () => {
    deaths++;
  };
  const text = `a:after-step:${join(folder, "x")},a:before-ack:${join(folder, "y")}`;
  const of = failpointsOf(text, die);
  assert.equal(of("b"), undefined);
  const atA = of("a");
  assert.ok(atA);
  atA("before-commit");
  assert.equal(deaths, 0);
  atA("after-step");
  atA("after-step");
  assert.equal(deaths, 1);
  // The next process knows by the file.
  failpointsOf(text, die)("a")?.("after-step");
  assert.equal(deaths, 1);
  atA("before-ack");
  assert.equal(deaths, 2);
});

test("a place may be that of a later hop, counted within one process", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "troupe-failpoint-"));
  t.after(() => rmSync(folder, { recursive: true }));
  let deaths = 0;
  const text = `a:after-commit@2:${join(folder, "x")}`;
  const at = () =>
    failpointsOf(text, () => {
      deaths++;
    })("a");
  for (const process of [at(), at()]) {
    process?.("after-commit");
    assert.equal(deaths, 0);
  }
  const third = at();
  for (let time = 0; time < 4; time++) third?.("after-commit");
  assert.equal(deaths, 1);
});

test("a setting that names no failpoint is refused, and none is nothing", () => {
  assert.equal(failpointsOf(undefined, () => undefined)("a"), undefined);
  for (const text of ["a:nowhere:/x", "a:after-step@0:/x", "a:after-step", ":after-step:/x", "a"]) {
    assert.throws(
      () => failpointsOf(text, () => undefined),
      (error) => TroupeError.is(error, "invalid_config"),
    );
  }
});

test("what dies is the host, or its process group, and a setting that says neither is refused", () => {
  assert.equal(victimOf(undefined, 7), 7);
  assert.equal(victimOf("host", 7), 7);
  assert.equal(victimOf("node", 7), 0);
  assert.throws(
    () => victimOf("nodes", 7),
    (error) => TroupeError.is(error, "invalid_config"),
  );
});
