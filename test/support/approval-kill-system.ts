/**
 * Everything that can ask a person: a handler, a tool, an edge, a stage of a workflow, an escalation rule. What a person approves is one line in
 * a file that the task names, so that everybody can count how often it was done. Each is played by as many roles as there are groups of
 * failpoints that their hosts die at.
 */
import { appendFile } from "node:fs/promises";
import { agent, tool, workflow } from "@troupe/agents";
import { actor, type Context, complete, defineSystem, forward, type RoleDefinition, reply } from "@troupe/runtime";
import { z } from "zod";

/** A hop that asks and commits, and takes no step. */
const STEPLESS = [
  ["before-commit", "after-claim"],
  ["after-commit", "before-claim"],
  ["before-ack"],
  ["before-commit@2"],
  ["after-commit@2"],
] as const;

/** Where the host of each role dies, by who asks: `place@2` is the second hop that comes there. */
export const KILLS = {
  handler: [
    ["before-commit", "after-claim"],
    ["after-commit", "before-claim"],
    ["before-ack", "after-step"],
    ["after-begin"],
    ["after-effect"],
    ["before-commit@2"],
    ["after-commit@2"],
  ],
  // The model's step, then the tool's.
  tool: [
    ["before-commit", "after-claim"],
    ["after-commit", "before-claim"],
    ["after-begin"],
    ["after-effect@2"],
    ["after-step", "before-ack"],
    ["after-effect", "before-commit@2"],
    ["after-step@2"],
    ["after-commit@2"],
  ],
  edge: STEPLESS,
  stage: STEPLESS,
  // The rule's step.
  rule: [
    ["after-effect", "after-claim"],
    ["after-step", "before-claim"],
    ["before-commit", "before-ack"],
    ["after-commit"],
    ["before-commit@2"],
    ["after-commit@2"],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly string[])[]>>;
export type Asking = keyof typeof KILLS;

/** Between intent and result nobody can tell whether it was done: such an act is never done again. */
export const IN_DOUBT = new Set(["handler-3", "handler-4", "tool-2", "tool-3"]);

/** What a task brings. */
export const ActInput = z.strictObject({ file: z.string(), timeoutMs: z.int().min(1).optional() });
const Asked = z.object({ input: ActInput });

const act = (file: string, ctx: Context): Promise<void> =>
  ctx.step("act", () => appendFile(file, `${ctx.task.id}\n`), { effect: "once" });

const handler = () =>
  actor({
    accepts: ActInput,
    receive: async ({ file, timeoutMs }, ctx) => {
      const answer = await ctx.approval({ act: { write: file }, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
      if (!answer.isApproved) return complete({ did: false, why: answer.why });
      await act(file, ctx);
      return complete({ did: true });
    },
  });

const buyer = () =>
  agent({
    model: "fast",
    instructions: "You are the buyer.",
    to: "client",
    grants: ["WRITE"],
    tools: [
      tool({
        name: "write",
        description: "Writes a line",
        permission: "WRITE",
        requiresApproval: true,
        parameters: z.object({ file: z.string(), line: z.string() }),
        run: async ({ file, line }) => {
          await appendFile(file, `${line}\n`);
          return "written";
        },
      }),
    ],
  });

const PLAYERS = {
  handler,
  tool: buyer,
  edge: () => actor({ accepts: ActInput, approvals: { press: {} }, receive: ({ file }) => forward("press", { file }) }),
  stage: () =>
    workflow({
      template: [
        { name: "plan", role: "planner", prompt: "plan" },
        { name: "build", role: "builder", prompt: "build", approval: true },
      ],
      to: "client",
    }),
  rule: () => actor({ accepts: ActInput, receive: ({ file }) => forward("press", { file, claims: 5 }) }),
} as const satisfies Record<Asking, unknown>;

export const roleOf = (asking: Asking, group: number): string => `${asking}-${group}`;
const ASKING = Object.keys(KILLS) as Asking[];
const players = ASKING.flatMap((asking) => KILLS[asking].map((_, group) => [roleOf(asking, group), asking] as const));

const graph: Readonly<Record<string, readonly string[]>> = {
  client: players.map(([name]) => name),
  ...Object.fromEntries(players.map(([name]) => [name, ["human", "press", "planner", "builder", "client"]])),
  press: ["client"],
  planner: ["client"],
  builder: ["client"],
};
const roles: Readonly<Record<string, RoleDefinition>> = {
  ...Object.fromEntries(players.map(([name, asking]) => [name, PLAYERS[asking]()])),
  press: actor({
    accepts: ActInput.extend({ claims: z.int().optional() }),
    receive: async ({ file }, ctx) => {
      await act(file, ctx);
      return complete({ printed: true });
    },
  }),
  planner: actor({ receive: () => reply("a plan") }),
  builder: actor({
    accepts: Asked,
    receive: async ({ input: { file } }, ctx) => {
      await act(file, ctx);
      return reply("built");
    },
  }),
};

export default defineSystem({
  name: "approval-kill",
  escalationRules: { too_bold: { when: "body.claims > 3", handler: "human" } },
  graph,
  roles,
});
