/** What the stubs themselves take, in units: metered by calling them and, the same way, something that does nothing. */

import "../../../host-sim/xs/guest/globals.js";
import type { StubCosts } from "../work.js";
import { EcmaTransport } from "./peers/ecma-stubs.js";
import type { Stubs } from "./stubs.js";

const CALLS = 100;
const LONG = 1000;

/** Has the methods of all stubs. */
class Nothing {
  now(): void {}
  schedule(_delay: number): void {}
  read(_target: Uint8Array): void {}
  readByte(): void {}
  write(_bytes: Uint8Array): void {}
  onMessage(_message: object): void {}
}

function unitsOf(work: () => void): number {
  const before = xs.resetMeter(0, 0);
  work();
  return xs.resetMeter(0, before) / CALLS;
}

export function stubCosts({ clock, counter, timer, transport }: Stubs): StubCosts {
  const nothing = new Nothing();
  const empty = new Uint8Array(0);
  const long = new Uint8Array(LONG);
  const message = { payload: empty };

  const calling = (call: () => void, callNothing: () => void): number => {
    // The first time around it may take something once.
    call();
    return unitsOf(call) - unitsOf(callNothing);
  };
  const writing = (bytes: Uint8Array): number =>
    calling(
      () => {
        for (let i = 0; i < CALLS; i += 1) {
          transport.begin();
          transport.write(bytes);
        }
      },
      () => {
        for (let i = 0; i < CALLS; i += 1) {
          transport.begin();
          nothing.write(bytes);
        }
      },
    );
  const reading = (target: Uint8Array): number => {
    const argument = transport instanceof EcmaTransport ? target.length : target;
    return calling(
      () => {
        for (let i = 0; i < CALLS; i += 1) {
          transport.begin();
          transport.announce(target);
          transport.read(argument as Uint8Array);
        }
      },
      () => {
        for (let i = 0; i < CALLS; i += 1) {
          transport.begin();
          transport.announce(target);
          nothing.read(argument as Uint8Array);
        }
      },
    );
  };

  const readingSingly = (ecma: EcmaTransport): number => {
    ecma.format = "number";
    const units = calling(
      () => {
        ecma.announce(long);
        for (let i = 0; i < CALLS; i += 1) ecma.read();
      },
      () => {
        ecma.announce(long);
        for (let i = 0; i < CALLS; i += 1) nothing.readByte();
      },
    );
    ecma.format = "buffer";
    return units;
  };

  const writes = writing(empty);
  const reads = reading(empty);
  return {
    writes,
    written: (writing(long) - writes) / LONG,
    reads,
    read: (reading(long) - reads) / LONG,
    byteReads: transport instanceof EcmaTransport ? readingSingly(transport) : 0,
    clock: calling(
      () => {
        for (let i = 0; i < CALLS; i += 1) clock.now();
      },
      () => {
        for (let i = 0; i < CALLS; i += 1) nothing.now();
      },
    ),
    timer: calling(
      () => {
        for (let i = 0; i < CALLS; i += 1) timer.schedule(1);
      },
      () => {
        for (let i = 0; i < CALLS; i += 1) nothing.schedule(1);
      },
    ),
    handler: calling(
      () => {
        for (let i = 0; i < CALLS; i += 1) counter.onMessage(message);
      },
      () => {
        for (let i = 0; i < CALLS; i += 1) nothing.onMessage(message);
      },
    ),
  };
}
