import type { StoredRecord } from "../log/task-log.ts";
import type { PulledMessage } from "../nats/held-messages.ts";
import type { PullLoop } from "../nats/pull.ts";
import type { SimStream } from "./sim-stream.ts";
import type { SimProcess, SimTime } from "./sim-time.ts";
import type { SimWire } from "./sim-wire.ts";

const ACK_WAIT_MS = 6_000;
const WORKING_MS = 2_000;
/** A pull that brought nothing is made anew after so long. */
const PULL_AGAIN_MS = 2_000;

/** A message that nobody has acked. */
interface Queued {
  readonly record: StoredRecord;
  deliveries: number;
  /** The newest delivery; what is said under an older one counts for nothing. `undefined` while nobody has it. */
  delivery: number | undefined;
  /** When it is given to somebody else, ms. */
  dueMs: number;
}

/** A message at the process that runs it. */
interface Held {
  delivery: number;
  answer: ((delivery: number) => void) | undefined;
}

type Run = (message: PulledMessage) => Promise<void>;

interface Puller {
  readonly process: SimProcess;
  readonly slots: number;
  readonly run: Run;
  readonly held: Map<number, Held>;
  /** Slots that are taken, by what runs or is on its way. */
  taken: number;
  isStopped: boolean;
}

/**
 * A work queue of a simulated server with one durable: first in, first out, what came back before what is new; acked messages are gone from
 * the stream. Deliveries, acks and signs of work get lost like everything on the wire, and then the message comes again.
 */
export class SimQueue {
  readonly #time: SimTime;
  readonly #wire: SimWire;
  readonly #stream: SimStream;
  readonly #messages = new Map<number, Queued>();
  readonly #back: number[] = [];
  readonly #fresh: number[] = [];
  #pullers: readonly Puller[] = [];
  #deliveries = 0;
  #isDue = false;

  constructor(time: SimTime, wire: SimWire, stream: SimStream) {
    this.#time = time;
    this.#wire = wire;
    this.#stream = stream;
  }

  /** Messages that nobody has acked. */
  get size(): number {
    return this.#messages.size;
  }

  /** A record was stored that the durable's filter takes. */
  add(record: StoredRecord): void {
    this.#messages.set(record.sequence, { record, deliveries: 0, delivery: undefined, dueMs: 0 });
    this.#fresh.push(record.sequence);
    this.#handOut();
  }

  /** Hands messages to a process from now on, at most so many at once. */
  pull(process: SimProcess, slots: number, run: Run): Pick<PullLoop, "stop"> {
    const puller: Puller = { process, slots, run, held: new Map(), taken: 0, isStopped: false };
    this.#pullers = [...this.#pullers.filter((other) => !other.process.isDead), puller];
    this.#handOut();
    return {
      stop: () => {
        puller.isStopped = true;
        return Promise.resolve();
      },
    };
  }

  /** To those who have room, in turn. */
  #handOut(): void {
    for (;;) {
      const puller = this.#pullers.find(
        ({ process, isStopped, taken, slots }) => process.isRunning && !process.isCutOff && !isStopped && taken < slots,
      );
      if (puller === undefined) return this.#handOutLater();
      const message = this.#next();
      if (message === undefined) return;
      this.#pullers = [...this.#pullers.filter((other) => other !== puller), puller];
      this.#send(puller, message);
    }
  }

  /** Who stands still, or is cut off, pulls again by itself when it is back. */
  #handOutLater(): void {
    if (this.#isDue || this.size === 0) return;
    this.#isDue = true;
    this.#time.after(PULL_AGAIN_MS, () => {
      this.#isDue = false;
      this.#handOut();
    });
  }

  #next(): Queued | undefined {
    for (;;) {
      const sequence = this.#back.shift() ?? this.#fresh.shift();
      if (sequence === undefined) return undefined;
      const message = this.#messages.get(sequence);
      if (message !== undefined) return message;
    }
  }

  #send(puller: Puller, message: Queued): void {
    const delivery = ++this.#deliveries;
    message.deliveries++;
    message.delivery = delivery;
    this.#postpone(message, delivery);
    puller.taken++;
    let hasSlot = true;
    const freeSlot = () => {
      if (hasSlot) puller.taken--;
      hasSlot = false;
      this.#handOut();
    };
    let hasArrived = false;
    const pending = this.#fresh.length;
    this.#wire.deliver(puller.process, () => {
      hasArrived = true;
      this.#arrive(puller, message, { delivery, pending, freeSlot });
    });
    this.#time.after(PULL_AGAIN_MS, () => {
      if (!hasArrived) freeSlot();
    });
  }

  #arrive(
    puller: Puller,
    message: Queued,
    {
      delivery,
      pending,
      freeSlot,
    }: { readonly delivery: number; readonly pending: number; readonly freeSlot: () => void },
  ): void {
    const { sequence } = message.record;
    const known = puller.held.get(sequence);
    if (known !== undefined) {
      known.delivery = delivery;
      known.answer?.(delivery);
      return freeSlot();
    }
    const held: Held = { delivery, answer: undefined };
    puller.held.set(sequence, held);
    const over = () => {
      puller.held.delete(sequence);
      freeSlot();
    };
    const pulled = this.#pulled(puller, message, held, pending);
    puller.run(pulled).then(over, over);
    this.#keep(puller, pulled, held);
  }

  /** Says every two seconds that it is worked on, for as long as it is held and nothing else was said. */
  #keep(puller: Puller, message: PulledMessage, held: Held): void {
    puller.process.after(WORKING_MS, () => {
      if (held.answer !== undefined || puller.held.get(message.streamSequence) !== held) return;
      message.working();
      this.#keep(puller, message, held);
    });
  }

  #pulled({ process }: Puller, message: Queued, held: Held, pending: number): PulledMessage {
    const { subject, sequence, body, storedAtMs } = message.record;
    const say = (delivery: number, act: () => void) =>
      this.#wire.send(process, () => {
        if (message.delivery === delivery) act();
      });
    const settle = (act: () => void) => {
      if (held.answer !== undefined) return;
      held.answer = (delivery) => say(delivery, act);
      held.answer(held.delivery);
    };
    return {
      subject,
      headers: undefined,
      headerText: undefined,
      body,
      deliveries: message.deliveries,
      streamSequence: sequence,
      consumerSequence: held.delivery,
      storedAtMs,
      pending,
      arrivedMs: this.#time.nowMs,
      ack: () => settle(() => this.#acked(message)),
      working: () => say(held.delivery, () => this.#postpone(message, held.delivery)),
      giveBack: (delayMs = 0) => settle(() => this.#givenBack(message, delayMs)),
    };
  }

  #acked(message: Queued): void {
    message.delivery = undefined;
    this.#messages.delete(message.record.sequence);
    this.#stream.remove(message.record.sequence);
  }

  #givenBack(message: Queued, delayMs: number): void {
    message.delivery = undefined;
    this.#time.after(delayMs, () => {
      this.#back.push(message.record.sequence);
      this.#handOut();
    });
  }

  #postpone(message: Queued, delivery: number): void {
    message.dueMs = this.#time.nowMs + ACK_WAIT_MS;
    this.#time.after(ACK_WAIT_MS, () => {
      if (message.delivery === delivery && message.dueMs <= this.#time.nowMs) this.#givenBack(message, 0);
    });
  }
}
