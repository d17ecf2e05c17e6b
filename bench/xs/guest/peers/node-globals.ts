/** Globals of Node that `mqtt-packet`, and what it is built on, look for; none of them has anything to do here. */

const process = { env: {}, version: "", browser: true, nextTick() {} };

Object.defineProperty(globalThis, "process", { value: process });
Object.defineProperty(globalThis, "AbortController", { value: class AbortController {} });
Object.defineProperty(globalThis, "AbortSignal", { value: class AbortSignal {} });
