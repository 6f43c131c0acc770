import type { Link } from "@troupe/runtime/internal";

/** Whether a connection is up, and its reconnects told to many listeners. */
export function followReconnects(link: Link): {
  readonly isConnected: () => boolean;
  readonly onReconnect: (callback: () => void) => () => void;
  readonly stop: () => void;
} {
  const listeners = new Set<() => void>();
  let isStopped = false;
  let isConnected = true;
  const follow = async () => {
    for await (const status of link.nc.status()) {
      if (isStopped) return;
      if (status.type === "disconnect") isConnected = false;
      if (status.type !== "reconnect") continue;
      isConnected = true;
      for (const listener of listeners) listener();
    }
  };
  void follow();
  return {
    isConnected: () => isConnected && !link.nc.isClosed(),
    onReconnect: (callback) => {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    stop: () => {
      isStopped = true;
      listeners.clear();
    },
  };
}
