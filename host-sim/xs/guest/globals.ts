/** What our own code in the XS worker may use besides ECMAScript; the device code knows nothing of it. */

/** The part of the worker that `prelude.ts` keeps. */
export interface XsGlobal {
  /** Asks the host and waits for its answer. */
  issueCommand(question: ArrayBuffer): ArrayBuffer;
  /** `text` as UTF-8. */
  encodeText(text: string): Uint8Array;
  readonly TextDecoder: typeof TextDecoder;
  /** Collects the garbage. */
  collectGarbage(): void;
  /** Sets limit (0: none) and count of the engine's meter, and returns what it has counted. */
  resetMeter(limit: number, count: number): number;
  /**
   * Freezes what a module has declared at its top level.
   * @throws TypeError for what could not lie in flash
   */
  freezeModule(name: string, declared: Readonly<Record<string, unknown>>): void;
}

declare global {
  const xs: XsGlobal;
}

/** Says what the worker calls for each command of the host. */
export function onCommand(handle: (command: ArrayBuffer) => ArrayBuffer | undefined): void {
  Object.defineProperty(globalThis, "handleCommand", { value: handle });
}
