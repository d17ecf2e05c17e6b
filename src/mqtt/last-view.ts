/**
 * Views of a buffer, of which the last one is kept: most packets lie where the one before lay and are as long, and on XS
 * a view is four slots of garbage.
 */
/** Longer buffers are not held on to. */
const LONGEST = 512;

export class LastView {
  private view: Uint8Array | undefined = undefined;
  private buffer: Uint8Array | undefined = undefined;
  private start = 0;
  private end = 0;

  /** `buffer` from `start` to `end`. */
  of(buffer: Uint8Array, start: number, end: number): Uint8Array {
    const last = this.view;
    if (last !== undefined && start === this.start && end === this.end && buffer === this.buffer) return last;
    const view = buffer.subarray(start, end);
    if (buffer.length > LONGEST) return view;
    this.view = view;
    this.buffer = buffer;
    this.start = start;
    this.end = end;
    return view;
  }
}
