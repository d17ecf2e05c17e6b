/** What Moddable's client expects of its platform and the engine from npm has not, or has by other names. */

declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new () => { decode(bytes: ArrayBuffer): string };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

Object.defineProperty(ArrayBuffer, "fromString", { value: (text: string) => encoder.encode(text).buffer });
Object.defineProperty(String, "fromArrayBuffer", { value: (bytes: ArrayBuffer) => decoder.decode(bytes) });
Object.defineProperty(globalThis, "trace", { value: () => {} });
