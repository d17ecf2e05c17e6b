/** WebSocket under random and damaged bytes, against a plain reader of whole streams: the two must always agree. */

import { describe, expect, test } from "vitest";
import { READ_LIMIT, WebSocketLayer } from "../../../src/transport/websocket/websocket-layer.js";
import { hexFromBytes, joined } from "../../mqtt/support/hex.js";
import { RandomSource } from "../../mqtt/support/random.js";
import { causeText, LayerRun } from "../../support/layer-run.js";
import { LayerWorld } from "../../support/layer-world.js";
import {
  clientFrames,
  frame,
  GOOD_FIELDS,
  latin1,
  response,
  SAMPLE_ACCEPT,
  SampleCrypto,
} from "../../support/websocket-bytes.js";
import { FUZZ_RUNS, fuzz, IS_THOROUGH } from "./support/fuzz.js";

const TARGET = { host: "broker.example", port: 80, path: "/mqtt", secure: false };

/** As the sample, but with masks that differ. */
class RandomCrypto extends SampleCrypto {
  readonly #random: RandomSource;

  constructor(random: RandomSource) {
    super();
    this.#random = random;
  }

  override random(byteLength: number): Uint8Array {
    return byteLength === 4 ? this.#random.bytes(4) : super.random(byteLength);
  }
}

/** What a stream of frames must come to. */
interface Verdict {
  readonly payload: Uint8Array;
  /** The status the client closes with: 0 for an empty close frame, undefined when it has no reason to. */
  readonly status: number | undefined;
  readonly lastPing: string | undefined;
}

/** Reads all at once, straight from RFC 6455 section 5. */
function verdictOn(bytes: Uint8Array): Verdict {
  const payload: Uint8Array[] = [];
  let lastPing: string | undefined;
  let isInMessage = false;
  let offset = 0;
  const done = (status?: number): Verdict => ({ payload: joined(payload), status, lastPing });
  for (;;) {
    if (bytes.length - offset < 2) return done();
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset, bytes.length - offset);
    const first = view.getUint8(0);
    const second = view.getUint8(1);
    const opcode = first % 16;
    if ((first & 0x70) !== 0 || ![0, 1, 2, 8, 9, 10].includes(opcode) || second > 127) return done(1002);
    if (opcode >= 8 && (first < 128 || second > 125)) return done(1002);
    const header = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (view.byteLength < header) return done();
    const length =
      header === 2 ? BigInt(second) : header === 4 ? BigInt(view.getUint16(2)) : view.getBigUint64(2);
    if ((header === 4 && length < 126n) || (header === 10 && (length < 65_536n || length >= 2n ** 63n))) {
      return done(1002);
    }
    if (opcode === 1) return done(1003);
    const available = view.byteLength - header;
    const taken = length > BigInt(available) ? available : Number(length);
    const body = bytes.subarray(offset + header, offset + header + taken);
    const isWhole = BigInt(taken) === length;
    if (opcode < 8) {
      if ((opcode === 0) !== isInMessage) return done(1002);
      isInMessage = first < 128;
      payload.push(body);
    } else if (isWhole && opcode === 9) {
      lastPing = hexFromBytes(body);
    } else if (isWhole && opcode === 8) {
      return done(statusOf(body));
    }
    if (!isWhole) return done();
    offset += header + taken;
  }
}

/** What a close frame is answered with. */
function statusOf(body: Uint8Array): number {
  if (body.length === 0) return 0;
  if (body.length === 1) return 1002;
  const code = (body[0] as number) * 256 + (body[1] as number);
  const isValid =
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000);
  if (!isValid) return 1002;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(body.subarray(2));
    return code;
  } catch {
    return 1007;
  }
}

/** A stream that keeps the rules, most of the time. */
function randomStream(random: RandomSource): Uint8Array {
  const frames: Uint8Array[] = [];
  let isInMessage = false;
  for (let i = random.below(12); i >= 0; i -= 1) {
    const kind = random.below(20);
    if (kind < 3) frames.push(frame(9, random.bytes(random.below(126))));
    else if (kind === 3) frames.push(frame(10, random.bytes(random.below(126))));
    else if (kind === 4 && random.below(3) === 0) frames.push(frame(8, randomClose(random)));
    else if (kind === 5 && random.below(4) === 0) frames.push(random.bytes(1 + random.below(20)));
    else {
      const isFinal = random.below(3) > 0;
      frames.push(frame(isInMessage ? 0 : 2, random.bytes(randomLength(random)), { final: isFinal }));
      isInMessage = !isFinal;
    }
  }
  const bytes = joined(frames);
  // Damaged somewhere, or cut short.
  if (random.below(3) === 0) bytes[random.below(Math.min(bytes.length, 60_000))] = random.below(256);
  return random.below(4) === 0 ? bytes.subarray(0, random.below(Math.min(bytes.length, 60_000))) : bytes;
}

function randomLength(random: RandomSource): number {
  switch (random.below(8)) {
    case 0:
      return 120 + random.below(12);
    case 1:
      return random.below(3_000);
    case 2:
      return random.below(40) === 0 ? 65_500 + random.below(100) : 0;
    default:
      return random.below(40);
  }
}

function randomClose(random: RandomSource): Uint8Array {
  const length = random.below(5);
  if (length < 2) return random.bytes(length);
  const code = random.below(4) === 0 ? random.below(6_000) : 1_000 + random.below(16);
  const reason = random.below(3) === 0 ? random.bytes(length) : latin1("bye");
  return joined([Uint8Array.of(code >> 8, code & 0xff), reason]);
}

describe("frames", () => {
  test("are understood as the plain reader understands them, whatever they are, in whatever pieces", () => {
    const seen = new Map<number | undefined, number>();
    fuzz((seed) => {
      const random = new RandomSource(seed * 104_729);
      const bytes = randomStream(random);
      const verdict = verdictOn(bytes);
      seen.set(verdict.status, (seen.get(verdict.status) ?? 0) + 1);
      const layer = new WebSocketLayer(TARGET, new RandomCrypto(random));
      const run = new LayerRun(layer, 1 + random.below(3_000));
      run.arrive(response());
      run.takeSent();
      const written: Uint8Array[] = [];
      for (let offset = 0; offset < bytes.length; ) {
        const end = Math.min(bytes.length, offset + 1 + random.below(random.below(4) === 0 ? 5_000 : 20));
        run.arrive(bytes.subarray(offset, end));
        offset = end;
        if (layer.state === "open" && random.below(4) === 0) {
          const part = random.bytes(1 + random.below(2_000));
          run.write(part, 20 + random.below(3_000));
          written.push(part);
        }
      }
      const frames = clientFrames(run.takeSent());
      const data = joined(frames.filter(({ opcode }) => opcode === 2).map(({ payload }) => payload));
      const close = frames.find(({ opcode }) => opcode === 8);
      const status = close && (close.payload.length === 0 ? 0 : statusNumber(close.payload));
      const pong = frames.filter(({ opcode }) => opcode === 10).at(-1);
      expect(hexFromBytes(run.receivedBytes)).toBe(hexFromBytes(verdict.payload));
      expect([status, layer.state]).toEqual([
        verdict.status,
        verdict.status === undefined ? "open" : "closed",
      ]);
      expect(pong && hexFromBytes(pong.payload)).toBe(verdict.lastPing);
      expect(Buffer.compare(data, joined(written))).toBe(0);
      expect(run.mostReadable).toBeLessThanOrEqual(READ_LIMIT);
      const isOrderly = [undefined, 0, 1000, 1001].includes(verdict.status);
      expect(layer.cause === undefined).toBe(isOrderly);
    });
    if (!IS_THOROUGH) return;
    for (const status of [undefined, 0, 1000, 1002, 1003, 1007])
      expect(seen.get(status) ?? 0).toBeGreaterThan(3);
  });

  test("of pure noise never throw and never hang", () => {
    fuzz((seed) => {
      const random = new RandomSource(seed * 15_485_863);
      const bytes = random.bytes(random.below(400));
      const verdict = verdictOn(bytes);
      const run = new LayerRun(new WebSocketLayer(TARGET, new SampleCrypto()));
      run.arrive(response());
      run.arrive(bytes);
      expect(hexFromBytes(run.receivedBytes)).toBe(hexFromBytes(verdict.payload));
      expect(run.layer.state).toBe(verdict.status === undefined ? "open" : "closed");
    });
  });

  test("go over the driver in any pieces, with any room, to slow readers and fast ones", () => {
    fuzz((seed) => {
      const random = new RandomSource(seed * 6_700_417);
      const world = new LayerWorld(new WebSocketLayer(TARGET, new RandomCrypto(random)));
      const expected = random.bytes(random.below(6_000));
      const written = random.bytes(random.below(6_000));
      const input = joined([response(), framesOf(expected, random), frame(9, "01 02")]);
      let offset = 0;
      let writtenLength = 0;
      world.reads = random.below(2) === 0;
      const send = (): void => {
        while (world.room > 0 && writtenLength < written.length) {
          const end = Math.min(written.length, writtenLength + Math.min(world.room, 1 + random.below(1_500)));
          world.write(written.subarray(writtenLength, end));
          writtenLength = end;
        }
      };
      if (random.below(2) === 0) world.onCall = send;
      for (
        let i = 0;
        i < 100_000 &&
        (world.receivedBytes.length < expected.length ||
          writtenLength < written.length ||
          offset < input.length);
        i += 1
      ) {
        if (random.below(2) === 0 || offset === input.length) world.below.give(1 + random.below(2_000));
        if (offset < input.length && world.calls.length > 0) {
          const end = Math.min(input.length, offset + 1 + random.below(1_500));
          world.below.arrive(hexFromBytes(input.subarray(offset, end)));
          offset = end;
        }
        if (world.unread > 0 && random.below(2) === 0) world.read(1 + random.below(world.unread));
        if (world.onCall === undefined) send();
        world.settle();
        expect(world.unread).toBeLessThanOrEqual(READ_LIMIT);
      }
      world.below.give(2_000);
      world.close();
      expect(Buffer.compare(world.receivedBytes, expected)).toBe(0);
      const sent = world.below
        .taken()
        .split(" ")
        .map((pair) => Number.parseInt(pair, 16));
      const frames = clientFrames(
        Uint8Array.from(sent.slice(sent.findIndex((_, i) => isHeadEnd(sent, i)) + 4)),
      );
      expect(frames.map(({ opcode }) => opcode).filter((opcode) => opcode !== 2)).toEqual([10, 8]);
      const data = joined(frames.filter(({ opcode }) => opcode === 2).map(({ payload }) => payload));
      expect(Buffer.compare(data, written)).toBe(0);
    }, FUZZ_RUNS / 10);
  });
});

describe("responses", () => {
  test("that are damaged are accepted only when a plain reader would accept them", () => {
    let accepted = 0;
    fuzz((seed) => {
      const random = new RandomSource(seed * 32_452_843);
      const bytes = damaged(
        response("HTTP/1.1 101 Switching Protocols", shuffled(GOOD_FIELDS, random)),
        random,
      );
      const run = new LayerRun(new WebSocketLayer(TARGET, new SampleCrypto()));
      run.arrive(bytes);
      const isGood = isGoodResponse(bytes);
      if (isGood) accepted += 1;
      const text = JSON.stringify(String.fromCharCode(...bytes));
      expect(
        run.layer.state === "open" || /frame|length|reserved|close/.test(causeText(run.layer.cause)),
        text,
      ).toBe(isGood);
    });
    if (IS_THOROUGH) expect(accepted).toBeGreaterThan(50);
  });
});

function framesOf(payload: Uint8Array, random: RandomSource): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length; ) {
    const end = Math.min(payload.length, offset + 1 + random.below(3_000));
    frames.push(frame(2, payload.subarray(offset, end)));
    offset = end;
  }
  return joined(frames);
}

function isHeadEnd(bytes: readonly number[], i: number): boolean {
  return bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10;
}

function statusNumber(payload: Uint8Array): number {
  return (payload[0] as number) * 256 + (payload[1] as number);
}

function shuffled(fields: readonly string[], random: RandomSource): string[] {
  return fields
    .map((field) => ({ field, order: random.below(1_000) }))
    .sort((a, b) => a.order - b.order)
    .map(({ field }) => field);
}

/** With bytes changed, left out, doubled or inserted; often ones that matter to HTTP. */
function damaged(bytes: Uint8Array, random: RandomSource): Uint8Array {
  const list = [...bytes];
  const likely = [13, 10, 32, 9, 58, 44, 0, 127, 65, 97];
  for (let i = random.below(4); i > 0; i -= 1) {
    const place = random.below(list.length);
    const byte = random.below(2) === 0 ? (likely[random.below(likely.length)] as number) : random.below(256);
    switch (random.below(5)) {
      case 0:
        list.splice(place, 1);
        break;
      case 1:
        list.splice(place, 0, byte);
        break;
      case 2: {
        const character = list[place] as number;
        // The other case, which often does not matter.
        if ((character & 0x40) !== 0) list[place] = character ^ 0x20;
        break;
      }
      default:
        list[place] = byte;
    }
  }
  return Uint8Array.from(list);
}

/** RFC 6455 section 4.1, on the whole text. */
function isGoodResponse(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes);
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const lines = text.slice(0, end).split("\r\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (lines.some((line) => /[\x00-\x08\x0a-\x1f\x7f]/.test(line))) return false;
  const [status, ...fields] = lines;
  if (!/^HTTP\/1\.[1-9] 101( .*)?$/s.test(status as string)) return false;
  const values = new Map<string, string[]>();
  for (const field of fields) {
    const colon = field.indexOf(":");
    if (colon < 1) return false;
    const name = field.slice(0, colon);
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return false;
    const value = field
      .slice(colon + 1)
      .replace(/^[ \t]*/, "")
      .replace(/[ \t]*$/, "");
    values.set(name.toLowerCase(), [...(values.get(name.toLowerCase()) ?? []), value]);
  }
  const one = (name: string): string => (values.get(name) ?? []).join(", ");
  return (
    one("upgrade").toLowerCase() === "websocket" &&
    one("connection")
      .toLowerCase()
      .split(",")
      .some((token) => /^[ \t]*upgrade[ \t]*$/.test(token)) &&
    one("sec-websocket-accept") === SAMPLE_ACCEPT &&
    one("sec-websocket-protocol") === "mqtt" &&
    one("sec-websocket-extensions").replace(/[ \t,]/g, "") === ""
  );
}
