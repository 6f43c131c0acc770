/** What lets tasks in, put together in one place: by the product on NATS, and by its simulation. */
import {
  type Clock,
  type Logger,
  newTaskId,
  type Random,
  type Subjects,
  type TaskArchive,
  type TaskLog,
} from "@troupe/runtime/internal";
import { ActorLoads, type ActorLoadsPorts } from "./actor-loads.ts";
import { Backlog } from "./backlog.ts";
import { EndWatch, type EndWatchPorts } from "./end-watch.ts";
import { createKeyStore } from "./idempotency-keys.ts";
import { InFlight } from "./in-flight.ts";
import { Ingress, type IngressPorts } from "./ingress.ts";
import { TurnKeeper } from "./turn-keeper.ts";
import { WaitingRoom, type WaitingRoomPorts } from "./waiting-room.ts";

export interface DoorPorts
  extends Pick<IngressPorts, "waiting" | "shards" | "backlogLimit" | "current" | "isServed" | "carried">,
    Pick<WaitingRoomPorts, "pull" | "traces" | "tenant">,
    Pick<EndWatchPorts, "notices">,
    Pick<ActorLoadsPorts, "askActors"> {
  readonly subjects: Subjects;
  readonly log: TaskLog;
  readonly archive: TaskArchive;
  /** The stream of idempotency keys. */
  readonly keyLog: Pick<TaskLog, "append" | "get">;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly patienceMs: number;
}

export interface Door {
  readonly ingress: Ingress;
  readonly room: WaitingRoom;
  readonly ends: EndWatch;
  readonly loads: ActorLoads;
}

/** Hears of ends from now on; takes nothing before its waiting room is started. */
export function openDoor(ports: DoorPorts): Door {
  const { clock, random, keyLog, current } = ports;
  const inFlight = new InFlight(clock);
  const backlog = new Backlog(clock);
  const turns = new TurnKeeper(ports);
  const loads = new ActorLoads(ports);
  const ends = new EndWatch({
    ...ports,
    onEnd: (task) => {
      inFlight.ended(task);
      void turns.ended(task);
      room.pump();
    },
  });
  const keys = createKeyStore({ ...ports, log: keyLog });
  const onWaiting: IngressPorts["onWaiting"] = (order, bytes) => room.stored(order, bytes);
  const ingress = new Ingress({ ...ports, keys, inFlight, backlog, loads, ends, turns, onWaiting });
  const rejectedId = () => newTaskId(0, current().version, clock, random);
  const room: WaitingRoom = new WaitingRoom({ ...ports, ingress, inFlight, backlog, rejectedId });
  return { ingress, room, ends, loads };
}
