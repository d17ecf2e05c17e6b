/** The flash port in the worker: the memory is the host's. */

import type { Flash } from "../../../src/mqtt/ports.js";
import { ask, askForBytes } from "./ask.js";

export class GuestFlash implements Flash {
  readonly blockLength: number;
  readonly blockCount: number;

  constructor({ blockLength, blockCount }: Pick<Flash, "blockLength" | "blockCount">) {
    this.blockLength = blockLength;
    this.blockCount = blockCount;
  }

  read(offset: number, target: Uint8Array): void {
    target.set(askForBytes({ type: "flash-read", offset, byteLength: target.length }));
  }

  write(offset: number, bytes: Uint8Array): void {
    ask({ type: "flash-write", offset }, bytes);
  }

  erase(block: number): void {
    ask({ type: "flash-erase", block });
  }
}
