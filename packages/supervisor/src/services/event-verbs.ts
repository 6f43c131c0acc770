/** `<sys>.supervisor.events`: what the control plane noticed and decided, from the past and as it happens. */
import { jetstreamManager } from "@nats-io/jetstream";
import {
  type Clock,
  directGetBatch,
  type Endpoint,
  EventsRequest,
  type Link,
  type Logger,
  type ServiceRequest,
  StoredControlEvent,
  type Subjects,
  TroupeError,
} from "@troupe/runtime/internal";
import { jsonBody } from "../observer/json-body.ts";

export interface EventVerbPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly logger: Logger;
}

const DEFAULT_LIMIT = 50;
/** Who follows is told so often that the supervisor is there; notices may be lost, so the store is read as often. */
const KEEP_ALIVE_MS = 5_000;
const LONGEST_MS = 60 * 60_000;
const MOST_FOLLOWERS = 64;

export function eventVerbs(ports: EventVerbPorts): Readonly<Record<string, Endpoint>> {
  let followers = 0;
  return {
    events: {
      subject: ports.subjects.supervisor("events"),
      maxBytes: 4_096,
      handle: async (request) => {
        try {
          const wanted = request.json(EventsRequest);
          if (!request.hasReply) return;
          if (followers === MOST_FOLLOWERS)
            throw new TroupeError("overloaded", `${followers} follow the events already`);
          followers++;
          await answer(ports, request, wanted).finally(() => followers--);
        } catch (error) {
          request.respondError(error);
        }
        request.end();
      },
    },
  };
}

async function answer(ports: EventVerbPorts, request: ServiceRequest, wanted: EventsRequest): Promise<void> {
  const { link, subjects, clock } = ports;
  const name = subjects.stream("CONTROL");
  let changed = Promise.withResolvers<void>();
  const notices = link.nc.subscribe(subjects.controlEvent(">"), { callback: () => changed.resolve() });
  const untilMs = clock.monotonicMs() + LONGEST_MS;
  try {
    let after = wanted.after ?? (await firstOf(link, name, wanted.limit ?? DEFAULT_LIMIT));
    for (;;) {
      changed = Promise.withResolvers();
      after = await send(ports, request, name, after);
      if (wanted.follow !== true || request.signal.aborted || clock.monotonicMs() >= untilMs) return;
      const isQuiet = await isQuietFor(clock, changed.promise, request.signal);
      if (isQuiet) request.chunk({ type: "keep_alive" });
    }
  } finally {
    notices.unsubscribe();
  }
}

/** The sequence before that of the first of the last `limit` events. */
async function firstOf(link: Link, stream: string, limit: number): Promise<number> {
  const { state } = await (await jetstreamManager(link.nc, { checkAPI: false })).streams.info(stream);
  return Math.max(0, state.last_seq - limit);
}

/** Sends what is stored after a sequence. Returns the sequence of the last one. */
async function send(
  { link, subjects, logger }: EventVerbPorts,
  request: ServiceRequest,
  stream: string,
  after: number,
): Promise<number> {
  let last = after;
  const query = { filter: subjects.controlEvent(">"), from: after + 1 };
  for await (const { sequence, body } of directGetBatch(link, stream, query)) {
    last = sequence;
    const event = StoredControlEvent.safeParse({ ...asObject(jsonBody(body)), sequence });
    if (event.success) request.chunk(event.data);
    else logger.warn({ sequence, reason: event.error.message }, "a control event does not parse and is left out");
  }
  return last;
}

const asObject = (value: unknown): object => (typeof value === "object" && value !== null ? value : {});

async function isQuietFor(clock: Clock, changed: Promise<void>, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const quiet = clock.sleep(KEEP_ALIVE_MS, AbortSignal.any([signal, over.signal])).then(
    () => true,
    () => false,
  );
  const isQuiet = await Promise.race([quiet, changed.then(() => false)]);
  over.abort();
  return isQuiet;
}
