/** The reconnector under random inputs, against a model that counts rungs in a list. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ServerName } from "../../../src/mqtt/event.js";
import type { Milliseconds } from "../../../src/mqtt/ports.js";
import type { ReconnectOptions } from "../../../src/mqtt/reconnect.js";
import { Reconnector } from "../../../src/mqtt/reconnect.js";

const CASES = 1500;

const options: fc.Arbitrary<ReconnectOptions> = fc
  .record({
    reconnectMinimum: fc.integer({ min: 1, max: 5000 }),
    factor: fc.double({ min: 1, max: 12, noNaN: true }),
    reconnectStable: fc.integer({ min: 0, max: 20_000 }),
  })
  .map(({ factor, ...one }) => ({ ...one, reconnectMaximum: Math.round(one.reconnectMinimum * factor) }));

type Input = "start" | "stop" | "take" | "take-when-due" | "succeeded" | "failed" | "wait";

const input = fc.record({
  kind: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<Input>("start", "stop", "take", "wait") },
    { weight: 6, arbitrary: fc.constantFrom<Input>("take-when-due", "failed") },
    { weight: 1, arbitrary: fc.constant<Input>("succeeded") },
  ),
  wait: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40_000 })),
});

const inputs = fc.array(input, { maxLength: 60, size: "max" });

/** The table of `reconnect.ts` once more, with the waits of each server as a list and a place in it. */
class Model {
  state: "stopped" | "waiting" | "attempting" | "up" = "stopped";
  server: ServerName = "mqtt";
  due: Milliseconds = 0;
  attempt = 0;
  readonly #waits: Readonly<Record<ServerName, readonly Milliseconds[]>>;
  readonly #options: Readonly<Record<ServerName, ReconnectOptions>>;
  readonly #hasBackup: boolean;
  #taken = 0;
  #upSince = 0;

  constructor(primary: ReconnectOptions, backup: ReconnectOptions | undefined) {
    const second = backup ?? primary;
    this.#options = { mqtt: primary, mqtt1: second };
    this.#waits = { mqtt: ladder(primary), mqtt1: ladder(second) };
    this.#hasBackup = backup !== undefined;
  }

  start(now: Milliseconds): void {
    if (this.state !== "stopped") return;
    this.state = "waiting";
    this.due = now;
    this.#taken = 0;
    this.attempt = 0;
  }

  take(now: Milliseconds): ServerName | undefined {
    if (this.state !== "waiting" || now < this.due) return undefined;
    this.state = "attempting";
    this.attempt += 1;
    return this.server;
  }

  succeeded(now: Milliseconds): void {
    if (this.state !== "attempting") return;
    this.state = "up";
    this.#upSince = now;
  }

  failed(now: Milliseconds): void {
    if (this.state !== "attempting" && this.state !== "up") return;
    const isStable = this.state === "up" && now >= this.#upSince + this.#options[this.server].reconnectStable;
    const isSpent = this.#taken >= this.#waits[this.server].length;
    if (!isStable && isSpent && this.#hasBackup) this.server = this.server === "mqtt" ? "mqtt1" : "mqtt";
    if (isStable || (isSpent && this.#hasBackup)) {
      this.#taken = 0;
      this.attempt = 0;
    }
    const waits = this.#waits[this.server];
    this.due = now + (waits[Math.min(this.#taken, waits.length - 1)] as Milliseconds);
    this.#taken += 1;
    this.state = "waiting";
  }
}

function ladder({ reconnectMinimum, reconnectMaximum }: ReconnectOptions): readonly Milliseconds[] {
  const waits: Milliseconds[] = [];
  for (let wait = reconnectMinimum; wait < reconnectMaximum; wait *= 2) waits.push(wait);
  return [...waits, reconnectMaximum];
}

describe("the reconnector", () => {
  test(`does what its table says in ${CASES} random sequences of inputs, spurious ones among them`, () => {
    let switches = 0;
    fc.assert(
      fc.property(options, fc.option(options, { nil: undefined }), inputs, (primary, backup, given) => {
        const reconnector = new Reconnector(primary, backup, () => 0.5);
        const model = new Model(primary, backup);
        reconnector.start(0);
        model.start(0);
        let now = 0;
        for (const { kind, wait } of given) {
          if (kind === "take-when-due") now = Math.max(now, reconnector.deadline ?? 0);
          else now += wait;
          const before = model.server;
          step(reconnector, model, kind, now);
          if (model.server !== before) switches += 1;
          expect(reconnector.deadline).toBe(model.state === "waiting" ? model.due : undefined);
          expect(reconnector.server).toBe(model.server);
          expect(reconnector.attempt).toBe(model.attempt);
        }
      }),
      { numRuns: CASES },
    );
    expect(switches).toBeGreaterThan(CASES / 10);
  });

  test(`gives no attempt before its time, and no two without a failure between, in ${CASES} sequences with jitter`, () => {
    fc.assert(
      fc.property(
        options,
        fc.option(options, { nil: undefined }),
        inputs,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
          minLength: 1,
          maxLength: 20,
        }),
        (primary, backup, given, draws) => {
          let drawn = 0;
          const random = (): number => draws[drawn++ % draws.length] as number;
          const reconnector = new Reconnector(primary, backup, random);
          const shortest = Math.min(
            primary.reconnectMinimum,
            backup?.reconnectMinimum ?? Number.POSITIVE_INFINITY,
          );
          let now = 0;
          let mayTake = false;
          let earliest = 0;
          for (const { kind, wait } of given) {
            if (kind === "take-when-due") now = Math.max(now, reconnector.deadline ?? 0);
            else now += wait;
            const deadline = reconnector.deadline;
            const server = apply(reconnector, kind, now);
            if (server !== undefined) {
              expect(mayTake && deadline !== undefined && now >= deadline && now >= earliest).toBe(true);
              expect(backup !== undefined || server === "mqtt").toBe(true);
              mayTake = false;
            } else if (reconnector.deadline === undefined) {
              mayTake = false;
            } else if (deadline === undefined) {
              mayTake = true;
              earliest = kind === "start" ? now : now + 0.9 * shortest;
            }
          }
        },
      ),
      { numRuns: CASES },
    );
  });
});

function apply(
  reconnector: Reconnector<ReconnectOptions>,
  kind: Input,
  now: Milliseconds,
): ServerName | undefined {
  switch (kind) {
    case "start":
      reconnector.start(now);
      return undefined;
    case "stop":
      reconnector.stop();
      return undefined;
    case "succeeded":
      reconnector.succeeded(now);
      return undefined;
    case "failed":
      reconnector.failed(now);
      return undefined;
    case "wait":
      return undefined;
    default:
      return reconnector.takeAttempt(now);
  }
}

function step(
  reconnector: Reconnector<ReconnectOptions>,
  model: Model,
  kind: Input,
  now: Milliseconds,
): void {
  const server = apply(reconnector, kind, now);
  if (kind === "start") model.start(now);
  else if (kind === "stop") model.state = "stopped";
  else if (kind === "succeeded") model.succeeded(now);
  else if (kind === "failed") model.failed(now);
  else if (kind !== "wait") expect(server).toBe(model.take(now));
}
