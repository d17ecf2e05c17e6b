/**
 * Where what arrives is put first, with the views of it that were used last: packets that come again and again are as
 * long as those before, and on XS a view is four slots of garbage.
 */

import { MessageShape } from "./message-shape.js";
import { PUBLISH } from "./packet-type.js";

/** Bytes of PUBACK, PUBREC, PUBREL and PUBCOMP. */
export const ACKNOWLEDGEMENT_LENGTH = 4;

export class ReceiveBuffer {
  readonly bytes: Uint8Array;
  /** Others use it too, while this client has no turn: nothing may stay in it. */
  declare readonly isShared?: true;
  /** What `space` gave last. Changed here only, as what follows. */
  view: Uint8Array | undefined = undefined;
  viewLength = -1;
  /** Of the short message that came last. */
  declare shape?: MessageShape;
  /** As long as an acknowledgement; there once it was asked for. */
  declare brief?: Uint8Array;

  /**
   * @param bytes for a client at least as long as an acknowledgement
   * @param isShared whether several clients are given it
   */
  constructor(bytes: Uint8Array, isShared: boolean) {
    this.bytes = bytes;
    if (isShared) this.isShared = true;
  }

  /** Its beginning, at most `byteLength` bytes. */
  space(byteLength: number): Uint8Array {
    const length = Math.min(byteLength, this.bytes.length);
    if (length !== this.viewLength) {
      this.view = this.bytes.subarray(0, length);
      this.viewLength = length;
    }
    return this.view as Uint8Array;
  }

  /** What the PUBLISH looks like that has been put there; undefined when it is none, or not all that is there. */
  shapeOf(byteLength: number): MessageShape | undefined {
    if ((this.bytes[0] as number) >> 4 !== PUBLISH) return undefined;
    this.shape ??= new MessageShape(this.bytes);
    return this.shape.look(byteLength) ? this.shape : undefined;
  }

  /** Room for an acknowledgement, at its beginning. */
  acknowledgement(): Uint8Array {
    const brief = this.bytes.subarray(0, ACKNOWLEDGEMENT_LENGTH);
    this.brief = brief;
    return brief;
  }
}
