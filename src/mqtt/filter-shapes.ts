/**
 * Finds the topic filters with wildcards that match a topic name, without looking at those that do not.
 *
 * The shape of a filter says where its wildcards are, not what stands between them: "a/+/#" and "b/+/#" have one
 * shape. Of each shape no more than one filter matches a name: the name itself with the wildcards put in. That one is
 * made and looked up, so a message costs one look-up a shape, however many filters there are. Applications have few
 * shapes. A tree of levels was measured too: it costs less only where there are many shapes, and takes two to four
 * times the memory.
 */

const DOLLAR = 0x24;

export class FilterShape {
  /** How many filters have it. */
  filters = 1;
  /** Levels before "#", or all. */
  private readonly levels: number;
  private readonly hasHash: boolean;
  /** Which levels are "+". */
  private readonly pluses: readonly number[];
  private readonly startsWild: boolean;

  constructor(topicFilter: string) {
    const levels = topicFilter.split("/");
    this.hasHash = levels[levels.length - 1] === "#";
    this.levels = this.hasHash ? levels.length - 1 : levels.length;
    const pluses: number[] = [];
    for (let i = 0; i < levels.length; i += 1) if (levels[i] === "+") pluses.push(i);
    this.pluses = pluses;
    this.startsWild = this.levels === 0 || pluses[0] === 0;
  }

  equals(other: FilterShape): boolean {
    return (
      this.levels === other.levels &&
      this.hasHash === other.hasHash &&
      this.pluses.length === other.pluses.length &&
      this.pluses.every((level, i) => level === other.pluses[i])
    );
  }

  /** The only filter of this shape that matches the topic name, be it subscribed or not; `undefined` when none can. */
  filterFor(topicName: string): string | undefined {
    const levels = this.levels;
    // One more than is needed, never all: who sent the name has decided how many there are.
    const parts = topicName.split("/", levels + 1);
    if (this.hasHash) {
      // "a/#" matches "a" too (4.7.1.2).
      if (parts.length < levels) return undefined;
      parts[levels] = "#";
    } else if (parts.length !== levels) return undefined;
    // A filter that starts with a wildcard never matches a name that starts with $ [MQTT-4.7.2-1].
    if (this.startsWild && topicName.charCodeAt(0) === DOLLAR) return undefined;
    const pluses = this.pluses;
    for (let i = 0; i < pluses.length; i += 1) parts[pluses[i] as number] = "+";
    return parts.join("/");
  }
}

export const NO_SHAPES: readonly FilterShape[] = Object.freeze([]);

/** A filter with wildcards has come: its shape joins the list, at the end when it is new. Returns the new list. */
export function addShape(shapes: readonly FilterShape[], topicFilter: string): readonly FilterShape[] {
  const made = new FilterShape(topicFilter);
  const known = shapes.find((shape) => shape.equals(made));
  if (known === undefined) return [...shapes, made];
  known.filters += 1;
  return shapes;
}

/** A filter that was added is gone, and its shape with the last one of it. Returns the new list. */
export function removeShape(shapes: readonly FilterShape[], topicFilter: string): readonly FilterShape[] {
  const made = new FilterShape(topicFilter);
  const known = shapes.find((shape) => shape.equals(made));
  if (known === undefined) return shapes;
  known.filters -= 1;
  if (known.filters > 0) return shapes;
  return shapes.length === 1 ? NO_SHAPES : shapes.filter((shape) => shape !== known);
}
