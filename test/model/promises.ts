/** What was promised of each message, and what came of it. */

import type { Outgoing } from "../../src/mqtt/outgoing.js";
import { Violation } from "./violation.js";

/** A message of the device. */
export class Published {
  readonly number: number;
  readonly qos: 1 | 2;
  /** How often the server routed it. */
  routed = 0;
  /** The device has its PUBREC. */
  isRecorded = false;
  /** The server may have lost that it has it. */
  mayRepeat = false;
  /** Power failed before it was stored. */
  isForgotten = false;
  #isExcused = false;
  #wasStored = false;
  #outgoing: Outgoing | undefined;

  /** @param outgoing undefined when power failed before `publish` had returned */
  constructor(number: number, qos: 1 | 2, outgoing: Outgoing | undefined) {
    this.number = number;
    this.qos = qos;
    this.#outgoing = outgoing;
    this.isForgotten = outgoing === undefined;
  }

  /** For the key of the state. */
  get code(): number {
    const { qos, routed, isRecorded, mayRepeat, isForgotten } = this;
    const outcome = this.#outgoing === undefined ? 2 : this.#outgoing.outcome === undefined ? 0 : 1;
    const flags =
      +isRecorded |
      (+mayRepeat << 1) |
      (+isForgotten << 2) |
      (+this.#isExcused << 3) |
      (+this.#wasStored << 4);
    return (Math.min(routed, 2) << 12) | (outcome << 8) | (flags << 2) | qos;
  }

  /** The device has lost its power: nobody will be told the outcome. */
  restarted(): void {
    // What had its outcome was routed, which has been checked.
    if (this.#outgoing !== undefined && this.#outgoing.outcome === undefined && !this.#wasStored) {
      this.isForgotten = true;
    }
    this.#outgoing = undefined;
  }

  /** @param isHeld the server had it, and waited for PUBREL */
  sessionLost(isHeld: boolean): void {
    // Section 4.3.3: with PUBREC the server has taken it on; if it loses it then, nobody sends it again.
    if (this.isRecorded && this.routed === 0 && isHeld) this.#isExcused = true;
    if (!this.isRecorded) this.mayRepeat = true;
  }

  checkOutcome(): void {
    const outgoing = this.#outgoing;
    if (outgoing === undefined) return;
    if (outgoing.isStored) this.#wasStored = true;
    if (outgoing.outcome === undefined) return;
    if (outgoing.outcome !== "acknowledged") throw new Violation(`${this.number} was ${outgoing.outcome}`);
    if (this.routed === 0 && !this.#isExcused) {
      throw new Violation(`${this.number} acknowledged, but not routed`);
    }
  }

  /** Nothing is left to do. */
  checkKept(): void {
    const { isForgotten, number, routed } = this;
    if (!isForgotten && !this.#isExcused && routed === 0) throw new Violation(`${number} was lost`);
    if (this.#outgoing !== undefined && this.#outgoing.outcome === undefined) {
      throw new Violation(`${number} has no outcome`);
    }
  }
}

/** A message for the device. */
export class Inbound {
  readonly number: number;
  readonly qos: 1 | 2;
  delivered = 0;
  /** The server has lost it, or its identifiers meet those of a session that the device does not know is gone. */
  isLost: boolean;

  constructor(number: number, qos: 1 | 2, isLost: boolean) {
    this.number = number;
    this.qos = qos;
    this.isLost = isLost;
  }

  /** For the key of the state. */
  get code(): number {
    return (Math.min(this.delivered, 2) << 4) | (+this.isLost << 2) | this.qos;
  }

  /** Nothing is left to do. */
  checkKept(): void {
    if (this.delivered === 0 && !this.isLost) throw new Violation(`${this.number} was not delivered`);
  }
}
