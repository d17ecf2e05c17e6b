/** Text by the engine's own means: taken where it is right, and our own code where it is not. */

import { describe, expect, test } from "vitest";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { MqttClient } from "../../src/mqtt/client.js";
import type { ClientEvent } from "../../src/mqtt/event.js";
import { Outbox } from "../../src/mqtt/outbox.js";
import type { TextPort } from "../../src/mqtt/ports.js";
import { decodeUtf8, encodeText, encodeUtf8 } from "../../src/mqtt/utf8.js";
import { bytesFromHex, hexFromBytes } from "./support/hex.js";
import { ManualTransport } from "./support/manual-transport.js";
import { publishOf, ROOMY } from "./support/messages.js";
import { OPTIONS } from "./support/server-options.js";
import { refusalOf } from "./support/thrown.js";
import { decodeOrThrow, ILL_FORMED, WELL_FORMED } from "./support/utf8-cases.js";

/** What is not ASCII, code by code; and U+0000, which XS keeps as two bytes. */
function marred(text: string, replacement: string): Uint8Array {
  const parts: string[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    parts.push(code > 0 && code < 0x80 ? character : replacement);
  }
  return encodeUtf8(parts.join(""));
}

function decodeAscii(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte < 0x80) ? decodeUtf8(bytes) : undefined;
}

/** Ports as engines have them, or might. */
const PORTS: Readonly<Record<string, TextPort>> = {
  "is right": {
    encode: (text) => (isWhole(text) ? encodeUtf8(text) : marred(text, "\ufffd")),
    decode: (bytes) => decodeUtf8(bytes),
  },
  "is right, and throws": { encode: (text) => marred(text, "\ufffd"), decode: decodeOrThrow },
  "replaces what is not ASCII by U+FFFD": { encode: (text) => marred(text, "\ufffd"), decode: decodeAscii },
  "leaves out what is not ASCII": { encode: (text) => marred(text, ""), decode: decodeAscii },
  "never can tell": { encode: () => new Uint8Array(0), decode: () => undefined },
};

const LONE_SURROGATES: readonly string[] = ["\ud800", "a\udfff", "\udc00\ud800", `${"a".repeat(600)}\ud83d`];

function isWhole(text: string): boolean {
  return refusalOf(() => encodeUtf8(text)) === undefined;
}

for (const [what, port] of Object.entries(PORTS)) {
  describe(`with a port that ${what}`, () => {
    test("text is UTF-8", () => {
      const texts = [
        ...WELL_FORMED.map(({ text }) => text),
        "",
        "\0",
        "x".repeat(2000),
        `${"x".repeat(99)}\u00fc`,
      ];
      for (const text of texts) {
        expect(hexFromBytes(encodeText(text, port))).toBe(hexFromBytes(encodeUtf8(text)));
      }
    });

    test("lone surrogates are refused, and nothing has changed [MQTT-1.5.3-1]", () => {
      const outbox = new Outbox(undefined, port);
      for (const payload of LONE_SURROGATES) {
        expect(refusalOf(() => encodeText(payload, port))).toBe("invalid-string");
        expect(refusalOf(() => outbox.add({ topicName: "t", payload }, undefined, 0, ROOMY, true, 1))).toBe(
          "invalid-string",
        );
      }
      expect([outbox.length, outbox.byteLength]).toEqual([0, 0]);
    });

    test("payloads arrive in their packets as they were given", () => {
      const outbox = new Outbox(undefined, port);
      for (const payload of ["abc", "\u00fc", "a\u{1f600}b", "", "\u20ac".repeat(100)]) {
        const outgoing = outbox.add({ topicName: "t", payload }, undefined, 0, ROOMY, true, 1);
        expect(decodeUtf8(publishOf(outgoing).payload)).toBe(payload);
      }
    });

    test("messages reach the handlers of their topic, and no others", () => {
      const { transport, heard } = connected(port);
      for (let round = 0; round < 3; round += 1) {
        for (const hex of ['30 04 00 01 "a" "1"', "30 05 00 02 c3 bc 32", "30 05 00 02 c3 a4 33"]) {
          transport.arrive(hex);
        }
      }
      const one = ["a 1", "\u00fc 2", "\u00e4 3"];
      expect(heard).toEqual([...one, ...one, ...one]);
    });

    test("topic names that are not UTF-8 are a violation, though others came before [MQTT-1.5.3-1]", () => {
      for (const { hex } of ILL_FORMED) {
        for (const name of [`"a" ${hex}`, `${hex} "a"`]) {
          const { transport, heard, reasons } = connected(port);
          transport.arrive('30 04 00 01 "a" "1"');
          const { length } = bytesFromHex(name);
          transport.arrive(`30 ${byteHex(length + 2)} 00 ${byteHex(length)} ${name}`);
          expect([heard, reasons]).toEqual([["a 1"], ["protocol-error"]]);
        }
      }
    });
  });
}

function byteHex(value: number): string {
  return hexFromBytes(Uint8Array.of(value));
}

/** A client that hears everything, and why its connections ended. */
function connected(text: TextPort) {
  const clock = new VirtualClock();
  const transport = new ManualTransport();
  const heard: string[] = [];
  const reasons: string[] = [];
  const observer = {
    onEvent: (event: ClientEvent) => {
      if (event.type === "disconnected") reasons.push(event.reason);
    },
  };
  const ports = { transport, clock, timers: clock, random: () => 0.5, observer, text };
  const client = new MqttClient(ports, OPTIONS);
  const note = ({ topicName, payload }: { readonly topicName: string; readonly payload: Uint8Array }) =>
    void heard.push(`${topicName} ${decodeUtf8(payload)}`);
  for (const topicFilter of ["a", "\u00fc", "\u00e4"]) client.subscribe(topicFilter, { onMessage: note });
  client.start();
  clock.advance(0);
  transport.give(1000);
  transport.arrive("20 02 00 00");
  transport.give(1000);
  transport.arrive("90 05 00 01 01 01 01");
  return { transport, heard, reasons };
}
