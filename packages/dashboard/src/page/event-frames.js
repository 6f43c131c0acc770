/** Server-sent events out of the text that carries them. Pure. */

/** @typedef {{ readonly id: string, readonly type: string, readonly data: unknown }} StreamEvent */

/** @param {string} text @returns {unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    // The gateway writes JSON; anything else is shown as it is.
    return text;
  }
}

export class EventFrames {
  #rest = "";

  /** The events that are whole once this text has come. @param {string} text @returns {readonly StreamEvent[]} */
  feed(text) {
    const frames = (this.#rest + text).split("\n\n");
    this.#rest = frames.pop() ?? "";
    return frames.flatMap((frame) => {
      /** @type {Map<string, string>} */
      const fields = new Map();
      for (const line of frame.split("\n")) {
        const colon = line.indexOf(":");
        if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
      }
      const data = fields.get("data");
      if (data === undefined) return [];
      return [{ id: fields.get("id") ?? "", type: fields.get("event") ?? "message", data: parsed(data) }];
    });
  }
}
