import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seededRandom } from "../random.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { SIGN_IN_LIMIT_S, SignInAttempts, signInPace } from "./sign-in-pace.ts";

test("who ran out of time is given twice as much, up to 8 s; who was refused waits a second; who found nobody tries at once", () => {
  const table = [
    [{ late: 0, refused: 0 }, 2_000, 100, 150],
    [{ late: 0, refused: 1 }, 2_000, 100, 150],
    [{ late: 0, refused: 2 }, 2_000, 1_000, 1_500],
    [{ late: 1, refused: 0 }, 4_000, 100, 2_150],
    [{ late: 2, refused: 0 }, 8_000, 100, 4_150],
    [{ late: 9, refused: 0 }, 8_000, 100, 4_150],
  ] as const;
  for (const [failed, timeoutMs, soonestMs, latestMs] of table) {
    assert.deepEqual(signInPace(failed, 0), { timeoutMs, waitMs: soonestMs }, JSON.stringify(failed));
    assert.deepEqual(signInPace(failed, 1), { timeoutMs, waitMs: latestMs }, JSON.stringify(failed));
  }
});

test("a client gives up before the server does, however often it has failed", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (late, refused, chance) => {
      const { timeoutMs, waitMs } = signInPace({ late, refused }, chance);
      assert.ok(timeoutMs < SIGN_IN_LIMIT_S * 1_000 && waitMs >= 100 && waitMs < 6_000);
    }),
  );
});

function attempts() {
  const clock = new ManualClock();
  return { clock, signIns: new SignInAttempts(clock, seededRandom(1)) };
}

test("the next attempt is the same however often it is asked for, and is counted from the beginning of the last", async () => {
  const { clock, signIns } = attempts();
  signIns.begin();
  await clock.advance(2_000);
  const next = signIns.next();
  await clock.advance(500);
  assert.deepEqual(signIns.next(), next);
  assert.equal(next.timeoutMs, 4_000);
  assert.ok(next.afterMs >= 2_100 && next.afterMs <= 4_150, String(next.afterMs));
});

test("nobody listening ends the row of late attempts, and a connection that has lived long is no attempt", async () => {
  const { clock, signIns } = attempts();
  const fail = async (afterMs: number) => {
    signIns.begin();
    await clock.advance(afterMs);
    return signIns.next().timeoutMs;
  };
  assert.deepEqual([await fail(2_000), await fail(4_000), await fail(5)], [4_000, 8_000, 2_000]);
  signIns.begin();
  signIns.succeeded();
  await clock.advance(3_600_000);
  assert.deepEqual([signIns.next().timeoutMs, signIns.next().afterMs <= 150], [2_000, true]);
});
