import { formatProblem, type Json, messageOf } from "@troupe/runtime";
import { problemsOf } from "@troupe/runtime/internal";
import { type ZodType, z } from "zod";
import type { AnswerSchema, ModelAnswer } from "../models/model.ts";

/** What shape an agent's answer has to have. */
export interface AnswerShape {
  /** Roles (and `client`) that the model chooses from; empty when it has no choice. */
  readonly route: readonly string[];
  /** Whether the role contributes something of its own, apart from the choice. */
  readonly hasContent: boolean;
  /** Schema of the contribution; `undefined` = text. */
  readonly output: ZodType | undefined;
}

/** A checked answer. */
export interface ParsedAnswer {
  readonly content: Json | undefined;
  readonly routeTo: string | undefined;
  readonly reason: string | undefined;
}

export type AnswerOutcome =
  | { readonly ok: true; readonly answer: ParsedAnswer }
  | { readonly ok: false; readonly reason: string };

const Routed = z.looseObject({ route_to: z.string(), reason: z.string(), content: z.json().optional() });

/** The schema of a whole answer; `undefined` when it is plain text. The contribution comes first, so that it can be shown as it comes. */
export function schemaOf({ route, hasContent, output }: AnswerShape): ZodType | undefined {
  const content = output ?? z.string();
  if (route.length === 0) return output;
  const choice = { route_to: z.enum([...route]), reason: z.string() };
  return hasContent ? z.strictObject({ content, ...choice }) : z.strictObject(choice);
}

/** The same as JSON Schema, for the request. */
export function answerSchemaOf(shape: AnswerShape): AnswerSchema | undefined {
  const schema = schemaOf(shape);
  if (schema === undefined) return undefined;
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io: "input" });
  return { name: "answer", schema: body };
}

/** Reads an answer. What does not parse, or breaks off, is an outcome with its reason, never an exception. */
export function parseAnswer(shape: AnswerShape, schema: ZodType | undefined, answer: ModelAnswer): AnswerOutcome {
  if (answer.refusal !== null) return { ok: false, reason: `the model declined: ${answer.refusal.slice(0, 500)}` };
  if (answer.finishReason === "content_filter")
    return { ok: false, reason: "the endpoint's content filter cut the answer" };
  const text = withoutThoughts(answer.content);
  if (text === "") return { ok: false, reason: "the model's answer is empty" };
  if (schema === undefined) return { ok: true, answer: { content: text, routeTo: undefined, reason: undefined } };
  const cut = answer.finishReason === "length" ? "; it was cut off at the model's limit" : "";
  const json = parseJson(text);
  if (!json.ok) return { ok: false, reason: `the model's answer is not JSON: ${json.reason}${cut}` };
  const parsed = schema.safeParse(json.value);
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, json.value).map(formatProblem).join("; ");
    return { ok: false, reason: `the model's answer does not match its schema: ${problems}${cut}` };
  }
  return split(shape, parsed.data);
}

/** Takes the parts apart. A schema may make of JSON what JSON cannot hold (a date, say); such a value cannot travel. */
function split(shape: AnswerShape, value: unknown): AnswerOutcome {
  const routed = Routed.safeParse(shape.route.length > 0 ? value : { content: value, route_to: "", reason: "" });
  if (!routed.success) return { ok: false, reason: "the schema of the role makes a value that is not plain JSON" };
  const { content, route_to, reason } = routed.data;
  const answer = shape.route.length > 0 ? { content, routeTo: route_to, reason } : { content };
  return { ok: true, answer: { routeTo: undefined, reason: undefined, ...answer } };
}

/** Models that think aloud put it in front of their answer. */
const withoutThoughts = (text: string): string => text.replace(/^\s*<think>[\s\S]*?<\/think>/, "").trim();

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** The text as JSON, or the one fenced block in it. Nothing is repaired: a wrong guess would be worse than an escalation. */
function parseJson(text: string): Parsed {
  const fenced = /^```(?:json)?\s*\n([\s\S]*?)\n```$/.exec(text);
  try {
    return { ok: true, value: JSON.parse(fenced?.[1] ?? text) };
  } catch (error) {
    return { ok: false, reason: messageOf(error) };
  }
}
