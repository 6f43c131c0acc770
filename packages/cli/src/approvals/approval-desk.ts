/** Approvals as commands reach them: over NATS with the operator's key, or over HTTP as the owner of an API key or token. */
import {
  ApprovalList,
  ApprovalView,
  callService,
  type DecideBody,
  ERRORS,
  type ErrorCode,
  type Link,
  type Subjects,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { askedByHeader } from "../asked-by.ts";

export interface ApprovalDesk {
  list(): Promise<ApprovalList>;
  show(id: string): Promise<ApprovalView>;
  decide(id: string, decision: DecideBody): Promise<ApprovalView>;
}

const HTTP_MS = 10_000;
const at = (id: string): string => `/${encodeURIComponent(id)}`;

export function natsDesk(link: Link, subjects: Subjects): ApprovalDesk {
  const ask = (verb: "list" | "show" | "decide", body: unknown) =>
    callService(link, subjects.approvalVerb(verb), body, { headers: askedByHeader() });
  return {
    list: async () => ApprovalList.parse(await ask("list", {})),
    show: async (id) => ApprovalView.parse(await ask("show", { approval_id: id })),
    decide: async (id, decision) => ApprovalView.parse(await ask("decide", { approval_id: id, ...decision })),
  };
}

/** `key` is an API key or a token; whose it is decides. */
export function httpDesk(url: string, key: string, fetchUrl: typeof fetch = fetch): ApprovalDesk {
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetchUrl(`${url.replace(/(?<!\/)\/+$/, "")}/api/v1/approvals${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(HTTP_MS),
    });
    const json: unknown = await answer.json().catch(() => undefined);
    if (answer.ok) return json;
    throw problem(json, `${url} answers ${answer.status}`);
  };
  return {
    list: async () => ApprovalList.parse(await ask("")),
    show: async (id) => ApprovalView.parse(await ask(at(id))),
    decide: async (id, decision) => ApprovalView.parse(await ask(`${at(id)}/decision`, decision)),
  };
}

const Problem = z.object({ code: z.string(), detail: z.string() });
const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

function problem(json: unknown, otherwise: string): TroupeError {
  const parsed = Problem.safeParse(json);
  if (!parsed.success || !isErrorCode(parsed.data.code)) return new TroupeError("unavailable", otherwise);
  return new TroupeError(parsed.data.code, parsed.data.detail);
}
