import assert from "node:assert/strict";
import { test } from "node:test";
import { SystemManifest } from "@troupe/runtime/internal";
import { approvalRuleLines, approvalRules } from "./approval-rules.ts";

const manifest = SystemManifest.parse({
  name: "bank",
  graph: { client: ["clerk"], clerk: ["client", "human"] },
  approvals: { approvers: ["leads"], groups: { leads: ["lea"] } },
  roles: {
    clerk: {
      kind: "agent",
      approvals: { client: { approvals: 2, approvers: ["ann", "bob"] } },
      tools: [
        { name: "pay", kind: "function", permission: "WRITE", callsPerMinute: 1, approval: {} },
        { name: "look", kind: "function", permission: "READ", callsPerMinute: 1 },
      ],
    },
  },
});

test("edges and tools that people have to approve are shown with who and how many", () => {
  assert.deepEqual(approvalRules(manifest), [
    { act: "clerk → client", approvals: 2, approvers: ["ann", "bob"] },
    { act: "clerk calls pay", approvals: 1, approvers: ["leads"] },
  ]);
  assert.deepEqual(approvalRuleLines(manifest), [
    "clerk → client   approved by 2 people of ann, bob",
    "clerk calls pay  approved by 1 person of leads",
  ]);
});
