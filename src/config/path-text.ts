/** Paths as they are written in problems: `mqtt.keep_alive`, `alarm.doors[1]`, `mqtt["odd key"]`. */

/** Longer keys are cut in messages. */
const LONGEST_SHOWN = 64;

/** The path of the member `key` of the object at `path`. */
export function memberPath(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(cut(key))}]`;
  return path === "" ? cut(key) : `${path}.${cut(key)}`;
}

/** `text`, or its beginning and an ellipsis. */
export function cut(text: string): string {
  return text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN)}…`;
}
