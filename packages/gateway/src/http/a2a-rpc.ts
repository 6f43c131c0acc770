/** A2A's JSON-RPC binding: one envelope, one answer or a stream of them. Errors of a call are answers with status 200. */
import { LegacyJsonRpcTransportHandler } from "@a2a-js/sdk/compat/v0_3/server";
import {
  A2A_ERROR_CODE,
  ContentTypeNotSupportedError,
  RequestMalformedError,
  toJsonRpcError,
  VersionNotSupportedError,
} from "@a2a-js/sdk/errors";
import { JsonRpcTransportHandler, ServerCallContext } from "@a2a-js/sdk/server";
import { TroupeError } from "@troupe/runtime/internal";
import type { FastifyReply, FastifyRequest } from "fastify";
import { a2aError } from "../a2a/a2a-error.ts";
import { A2A_VERSION, LEGACY_VERSION } from "../a2a/agent-card.ts";
import type { RoleAgent } from "../a2a/role-agent.ts";
import { RpcAgent } from "../a2a/rpc-agent.ts";
import { RpcRequest, SendBody } from "./a2a-operations.ts";
import { formatFrame } from "./event-stream.ts";
import { jsonOf } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";

export interface RpcPorts extends Pick<RoutePorts, "streams"> {
  /** Hears of what went wrong with a request that is answered all the same. */
  readonly onError: (request: FastifyRequest, error: unknown) => void;
}

interface RpcCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly version: string;
}

type RpcId = string | number | null;

const envelope = (id: RpcId, error: unknown) => ({ jsonrpc: "2.0" as const, id, error });

/** Answers a call; `agentOf` makes the agent that it is for. */
export async function answerRpc(
  ports: RpcPorts,
  { request, reply, version }: RpcCall,
  agentOf: (signal: AbortSignal) => RoleAgent,
): Promise<unknown> {
  const read = readCall(request);
  if (!read.ok) return reply.code(400).send(read.answer);
  const { id = null } = read.call;
  const handlerOf = HANDLERS[version];
  if (!handlerOf) {
    const reason = `A2A ${version} is not spoken here; ${A2A_VERSION} and ${LEGACY_VERSION} are`;
    return envelope(id, toJsonRpcError(new VersionNotSupportedError(reason)));
  }
  if (version === A2A_VERSION && SENDING.has(read.call.method) && !SendBody.safeParse(read.call.params).success) {
    return envelope(id, toJsonRpcError(new RequestMalformedError("params hold no message in the form that A2A has")));
  }
  return ports.streams.hold(reply.raw, async (signal) => {
    const agent = new RpcAgent(agentOf(signal), (error) => ports.onError(request, error));
    const context = new ServerCallContext({ requestedVersion: version });
    const answer = await handlerOf(agent).handle({ ...read.call }, context);
    return isStream(answer) ? sendStream(ports, { request, reply, version }, id, answer) : answer;
  });
}

/** Methods with a message in them, which the handler would read more loosely than the protocol. */
const SENDING: ReadonlySet<string> = new Set(["SendMessage", "SendStreamingMessage"]);

/** How each version's calls are handled. */
const HANDLERS: Readonly<Record<string, (agent: RpcAgent) => JsonRpcTransportHandler | LegacyJsonRpcTransportHandler>> =
  {
    [A2A_VERSION]: (agent) => new JsonRpcTransportHandler(agent),
    [LEGACY_VERSION]: (agent) => new LegacyJsonRpcTransportHandler(agent),
  };

type ReadCall =
  | { readonly ok: true; readonly call: RpcRequest }
  | { readonly ok: false; readonly answer: ReturnType<typeof envelope> };

function readCall(request: FastifyRequest): ReadCall {
  let value: unknown;
  try {
    value = jsonOf(request);
  } catch (error) {
    if (!TroupeError.is(error, "invalid_request")) throw error;
    const type = request.headers["content-type"] ?? "";
    if (type !== "" && !type.includes("json")) {
      const wrongType = new ContentTypeNotSupportedError(`calls are application/json, not ${type.slice(0, 128)}`);
      return { ok: false, answer: envelope(null, toJsonRpcError(wrongType)) };
    }
    return { ok: false, answer: envelope(null, { code: A2A_ERROR_CODE.PARSE_ERROR, message: error.message }) };
  }
  const parsed = RpcRequest.safeParse(value);
  if (parsed.success) return { ok: true, call: parsed.data };
  const error = { code: A2A_ERROR_CODE.INVALID_REQUEST, message: "the body is no call of JSON-RPC 2.0" };
  return { ok: false, answer: envelope(null, error) };
}

/** An error before the first update is an answer like any other. */
async function sendStream(
  { streams }: RpcPorts,
  { request, reply }: RpcCall,
  id: RpcId,
  updates: AsyncGenerator<unknown, void>,
): Promise<unknown> {
  const failed = (error: unknown) => envelope(id, toJsonRpcError(a2aError(error)));
  let first: IteratorResult<unknown, void>;
  try {
    first = await updates.next();
  } catch (error) {
    return failed(error);
  }
  reply.hijack();
  await streams.send(reply.raw, {
    headers: { "x-request-id": request.id },
    async *frames() {
      if (!first.done) yield formatFrame(first.value);
      for await (const update of updates) yield formatFrame(update);
    },
    failure: (error) => formatFrame(failed(error)),
  });
  return reply;
}

const isStream = (answer: object): answer is AsyncGenerator<unknown, void> => Symbol.asyncIterator in answer;
