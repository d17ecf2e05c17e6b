/** Short soaks, as `npm run soak` runs long ones: in virtual time, and against a real mosquitto. */

import { describe, expect, test } from "vitest";
import { isPassed, reportText } from "../../host-sim/soak/report.js";
import type { VirtualSoakOptions } from "../../host-sim/soak/virtual-soak.js";
import { runVirtualSoak } from "../../host-sim/soak/virtual-soak.js";
import type { VirtualNetwork } from "../../host-sim/virtual/virtual-network.js";
import type { BrokerMessage } from "../support/broker-session.js";
import { MemoryFlash } from "../support/memory-flash.js";
import { MiniBroker } from "../support/mini-broker.js";

/** Acknowledges every message, and loses or doubles some of them. */
class UnfaithfulBroker extends MiniBroker {
  readonly copies: number;
  #count = 0;

  constructor(network: VirtualNetwork, copies: number) {
    super(network);
    this.copies = copies;
  }

  override onMessage(message: BrokerMessage, from: string): void {
    this.#count += 1;
    const copies = this.#count % 50 === 0 ? this.copies : 1;
    for (let i = 0; i < copies; i += 1) super.onMessage(message, from);
  }
}

function virtual(seed: number, options: Partial<VirtualSoakOptions> = {}) {
  return runVirtualSoak({
    hours: 2,
    events: 800,
    seed,
    createBroker: (network) => new MiniBroker(network),
    flash: new MemoryFlash(4096, 16),
    ...options,
  });
}

describe("a soak in virtual time", () => {
  test("of some hours keeps every promise, whatever the seed", () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const report = virtual(seed);
      expect(isPassed(report), reportText(report)).toBe(true);
      expect(report.flows.map(({ sent }) => sent > 100)).toEqual(report.flows.map(() => true));
      expect(report.faults.size).toBe(5);
      expect(report.reconnects).toBeGreaterThan(20);
    }
  });

  test("is the same for the same seed, and another one for another", () => {
    const [first, again, other] = [virtual(1), virtual(1), virtual(2)];
    const { peakMemory: _first, ...figures } = first;
    const { peakMemory: _again, ...figuresAgain } = again;
    expect(figuresAgain).toEqual(figures);
    expect(other.digest).not.toBe(first.digest);
  });

  test("finds out a broker that loses messages, and one that doubles them", () => {
    for (const copies of [0, 2]) {
      const createBroker = (network: VirtualNetwork) => new UnfaithfulBroker(network, copies);
      const report = virtual(1, { events: 200, createBroker });
      expect(isPassed(report)).toBe(false);
      expect(reportText(report)).toContain("A PROMISE WAS BROKEN");
      const exact = report.flows.find(({ name, qos }) => name === "messages to the broker" && qos === 2);
      expect(copies === 0 ? exact?.lost : exact?.duplicates).toBeGreaterThan(0);
    }
  });
});
