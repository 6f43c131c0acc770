import { readTraceContext, type Span, SpanKind, SpanStatusCode, type TraceContext } from "@troupe/runtime/internal";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { DoorSpan, DoorTraces } from "../telemetry/door-traces.ts";

/** The spans of HTTP requests, one from a request's arrival to the end of its answer. Install it before everything that may answer. */
export class RequestTraces {
  readonly #door: DoorTraces;
  readonly #spans = new WeakMap<FastifyRequest, DoorSpan>();

  constructor(door: DoorTraces) {
    this.#door = door;
  }

  install(app: FastifyInstance): void {
    app.addHook("onRequest", (request, _reply, done) => {
      this.#spans.set(request, this.#begin(request));
      done();
    });
    app.addHook("onResponse", (request, reply, done) => {
      const span = this.#spans.get(request)?.span;
      if (span !== undefined) end(span, reply);
      done();
    });
  }

  /** What a task that this request starts carries. */
  of(request: FastifyRequest): TraceContext | undefined {
    return this.#spans.get(request)?.trace;
  }

  #begin(request: FastifyRequest): DoorSpan {
    const given = readTraceContext((name) => {
      const value = request.headers[name];
      return typeof value === "string" ? value : undefined;
    });
    // The template, never the path, and no query: it may hold a secret.
    const route = request.is404 ? undefined : request.routeOptions.url;
    const attributes = {
      "http.request.method": request.method,
      "url.scheme": request.protocol,
      "url.path": request.url.split("?", 1)[0]?.slice(0, 512) ?? "",
      ...(route === undefined ? {} : { "http.route": route }),
      "troupe.request.id": request.id,
    };
    return this.#door.begin(
      route === undefined ? request.method : `${request.method} ${route}`,
      SpanKind.SERVER,
      attributes,
      given,
    );
  }
}

function end(span: Span, reply: FastifyReply): void {
  span.setAttribute("http.response.status_code", reply.statusCode);
  if (reply.statusCode >= 500) {
    span.setAttribute("error.type", String(reply.statusCode));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
