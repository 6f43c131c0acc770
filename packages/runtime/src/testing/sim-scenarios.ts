/** The scenarios of the protocol's model, and those that the model leaves out. */
import { complete, escalate, fail, fanOut, forward, reply } from "../actor/outcome.ts";
import { TroupeError } from "../errors.ts";
import { ask, type Handler, human, type Scenario, timer } from "./sim-scenario.ts";

const done: Handler = () => complete(1);
const answer: Handler = () => reply(1);
const stepAnswer: Handler = async (c) => reply(await c.step("r"));
const failing: Handler = () => fail({ code: "handler_failed", message: "x" });
const stepDone =
  (name: string): Handler =>
  async (c) =>
    complete(await c.step(name));

const selfNest: Handler = async (c, { n = 0 }) => {
  if (n === 2) return reply(await c.step("s"));
  const answers = await c.call([ask("a", n + 1)]);
  await c.step(`p${answers.join()}`);
  return n > 0 ? reply(1) : complete(1);
};

const thenForward =
  (calls: Parameters<Parameters<Handler>[0]["call"]>[0], to: string, need?: number): Handler =>
  async (c) => {
    const answers = await c.call(calls, need);
    await c.once(`p${answers.join()}`);
    return forward(to, {});
  };

const thenDone =
  (calls: Parameters<Parameters<Handler>[0]["call"]>[0], need?: number): Handler =>
  async (c) => {
    const answers = await c.call(calls, need);
    await c.step(`p${answers.join()}`);
    return complete(1);
  };

const stepForward =
  (to: string): Handler =>
  async (c) => {
    await c.step("a");
    return forward(to, {});
  };
const update: Handler = async (c) => {
  await c.update();
  return complete(1);
};

/** The 27 scenarios of the model. */
export const MODEL_SCENARIOS: Readonly<Record<string, Scenario>> = {
  fwd: { roles: { a: () => forward("b", {}), b: () => forward("c", {}), c: done } },
  steps: {
    roles: {
      a: async (c) => {
        await c.step("a");
        await c.step("b");
        return forward("b", {});
      },
      b: async (c) => {
        await c.once("x");
        return complete(await c.step("y"));
      },
    },
  },
  ride: {
    roles: {
      a: async (c) => {
        await c.step("a");
        const z = await c.step("z");
        return z % 2 === 1 ? forward("b", {}) : complete(z);
      },
      b: done,
    },
  },
  rideWait: {
    roles: {
      a: async (c) => {
        const z = await c.step("z");
        const answers = await c.call([ask("b")]);
        await c.step(`p${z}${answers.join()}`);
        return z % 2 === 1 ? forward("c", {}) : complete(1);
      },
      b: answer,
      c: done,
    },
  },
  fan: {
    roles: {
      a: () =>
        fanOut([
          { to: "b", body: {} },
          { to: "c", body: {} },
        ]),
      b: stepDone("b"),
      c: done,
    },
  },
  fanSelf: {
    roles: {
      a: async (c, { n = 0 }) => {
        if (n > 0) return complete(await c.step("s"));
        return fanOut([
          { to: "a", body: { n: 1 } },
          { to: "b", body: {} },
        ]);
      },
      b: () => forward("c", {}),
      c: done,
    },
  },
  call: {
    roles: {
      a: async (c) => {
        await c.step("a");
        const answers = await c.call([ask("b")]);
        await c.step(`p${answers.join()}`);
        return forward("c", {});
      },
      b: stepAnswer,
      c: done,
    },
  },
  callSelf: {
    roles: {
      a: async (c, { n = 0 }) => {
        if (n > 0) return reply(await c.step("s"));
        const answers = await c.call([ask("a", 1)]);
        return complete(await c.step(`p${answers.join()}`));
      },
    },
  },
  selfNest: { roles: { a: selfNest } },
  all3: { roles: { a: thenForward([ask("b"), ask("b"), ask("c")], "d"), b: stepAnswer, c: answer, d: done } },
  quorum: { roles: { a: thenForward([ask("b"), ask("b"), ask("c")], "d", 2), b: stepAnswer, c: answer, d: done } },
  quorumDone: {
    roles: {
      a: async (c) => {
        const answers = await c.call([ask("b"), ask("c"), ask("d")], 2);
        return answers.join().includes("d") ? complete(1) : forward("e", {});
      },
      b: stepAnswer,
      c: answer,
      d: answer,
      e: done,
    },
  },
  anyThen: {
    roles: {
      a: async (c) => {
        await c.step(`p${(await c.call([ask("b"), ask("c")], 1)).join()}`);
        await c.step(`q${(await c.call([ask("b"), ask("c")])).join()}`);
        return complete(1);
      },
      b: stepAnswer,
      c: answer,
    },
  },
  allAll: {
    roles: {
      a: async (c) => {
        await c.step("a");
        const first = await c.call([ask("b"), ask("c")]);
        const second = await c.call([ask("b"), ask("c")]);
        return complete(await c.step(`q${first.join()}${second.join()}`));
      },
      b: answer,
      c: answer,
    },
  },
  nested: {
    roles: {
      a: thenDone([ask("b")]),
      b: async (c) => reply(await c.step(`b${(await c.call([ask("c")])).join()}`)),
      c: stepAnswer,
    },
  },
  illegal: {
    roles: {
      a: thenDone([ask("b"), ask("e")]),
      b: stepForward("c"),
      c: stepAnswer,
      e: () => fanOut([{ to: "c", body: {} }]),
    },
  },
  deadCall: {
    roles: {
      a: thenDone([ask("b"), ask("d")]),
      b: async (c) => {
        await c.step("b");
        const answers = await c.call([ask("c")]);
        return fail({ code: "handler_failed", message: `x${answers.join()}` });
      },
      c: failing,
      d: answer,
    },
  },
  deadSend: {
    roles: {
      a: stepForward("b"),
      b: async (c) => {
        await c.step("b");
        return fail({ code: "tool_failed", message: "x" });
      },
    },
  },
  escal: {
    escalation: "e",
    roles: {
      a: async (c) => fail({ code: "handler_failed", message: (await c.call([ask("b")])).join() }),
      b: failing,
      e: stepDone("e"),
    },
  },
  sleep: {
    roles: {
      a: async (c) => {
        await c.step("a");
        const answers = await c.call([timer]);
        return complete(await c.step(`p${answers.join()}`));
      },
    },
  },
  approval: {
    roles: {
      a: async (c) => {
        const answers = await c.call([human]);
        await c.once(`p${answers.join()}`);
        return answers.join().includes("timer") ? fail({ code: "deadline_exceeded", message: "late" }) : complete(1);
      },
    },
  },
  approvalAll: { roles: { a: thenForward([human, ask("b")], "d"), b: stepAnswer, d: done } },
  cancel: {
    isCancelled: true,
    roles: {
      a: async (c) => {
        await c.step("a");
        return fanOut([
          { to: "b", body: {} },
          { to: "c", body: {} },
        ]);
      },
      b: async (c) => complete(await c.once("b")),
      c: done,
    },
  },
  cancelCall: { isCancelled: true, roles: { a: thenDone([ask("b"), ask("b")]), b: stepAnswer } },
  state: { tasks: 2, updates: 2, roles: { a: update } },
  turnsCancel: { isCancelled: true, tasks: 3, hasTurns: true, roles: { a: update } },
  turns: { tasks: 3, hasTurns: true, updates: 3, roles: { a: update } },
};

/** What the model leaves out: retries, progress events, escalation by an edge, errors in joins, poison. */
export const MORE_SCENARIOS: Readonly<Record<string, Scenario>> = {
  retry: {
    roles: {
      a: async (c) => {
        await c.step("a");
        if (c.context.attempt < 3) throw new Error("not yet");
        return complete(await c.step("b"));
      },
    },
  },
  retriesUsedUp: {
    roles: {
      a: async (c) => {
        await c.step("a");
        throw new TroupeError("unavailable", "never");
      },
    },
  },
  retryCalled: {
    roles: {
      a: thenDone([ask("b")]),
      b: async (c) => {
        const z = await c.step("z");
        if (c.context.attempt < 2) throw new Error("not yet");
        return reply(z);
      },
    },
  },
  emit: {
    roles: {
      a: async (c) => {
        await c.context.emit("half", 1);
        await c.step("a");
        await c.context.emit("whole", 2);
        return complete(1);
      },
    },
  },
  escalateByEdge: { escalation: "e", roles: { a: () => escalate("stuck"), e: stepDone("e") } },
  quorumErrors: { roles: { a: thenDone([ask("b"), ask("c"), ask("c")], 1), b: failing, c: stepAnswer } },
  quorumLost: { roles: { a: thenDone([ask("b"), ask("b"), ask("c")], 2), b: failing, c: stepAnswer } },
  parallelSteps: {
    roles: {
      a: async (c) => {
        const [x, y] = await Promise.all([c.step("x"), c.step("y")]);
        await c.call([ask("b")]);
        return complete(await c.step(`z${x}${y}`));
      },
      b: stepAnswer,
    },
  },
  poison: { reportsDead: true, roles: { a: stepForward("b"), b: stepDone("b") } },
};
