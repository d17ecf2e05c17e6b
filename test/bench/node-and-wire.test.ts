/** What the sections node and wire make of what they have measured. */

import { describe, expect, test } from "vitest";
import { compare, verdict } from "../../bench/node/comparison.js";
import type { Rate } from "../../bench/node/rates.js";
import type { NodeResult } from "../../bench/node/section.js";
import { nodeSection } from "../../bench/node/section.js";
import type { SubjectName } from "../../bench/node/subject.js";
import type { WireResult } from "../../bench/wire/section.js";
import { wireSection } from "../../bench/wire/section.js";
import type { Scene } from "../../bench/wire/wire-process.js";

function rate(subject: SubjectName, messagesPerSecond: number, cpuMicroseconds: number): Rate {
  const server = { serverMicroseconds: 250, serverLoad: 0.5 };
  return { direction: "publish", qos: 1, subject, messagesPerSecond, cpuMicroseconds, ...server };
}

const GOOD = [rate("reed", 2_000, 5), rate("mqttjs", 1_000, 10), rate("socket", 4_000, 1)];
const BAD = [rate("reed", 1_990, 5.1), rate("mqttjs", 1_000, 10), rate("socket", 4_000, 1)];

describe("Reed and MQTT.js, compared", () => {
  test("with their ratios, and with what a client could gain at most", () => {
    const ratios = { rateRatio: 2, cpuRatio: 0.5, socketRatio: 0.1 };
    expect(compare(GOOD, "free")).toMatchObject([{ ...ratios, rateLimit: 4 }]);
    // The bare socket's microsecond beside the server's 250.
    expect(compare(GOOD, "one core")).toMatchObject([{ ...ratios, rateLimit: 1000 / 251 }]);
  });

  test("and targets that are met, or by how little they are missed, where", () => {
    expect(verdict(compare(GOOD, "free"), "free")).toBe(
      "2 times the messages: met everywhere; half the CPU time: met everywhere",
    );
    expect(verdict(compare(BAD, "free"), "free")).toBe(
      "2 times the messages: met in 0 of 1, missed everywhere; half the CPU time: met in 0 of 1, missed everywhere",
    );
    const other = GOOD.map((each): Rate => ({ ...each, direction: "receive" }));
    expect(verdict(compare([...BAD, ...other], "free"), "free")).toContain(
      "2 times the messages: met in 1 of 2, missed in publish QoS 1;",
    );
  });

  test("and where the server is the limit", () => {
    const costly = GOOD.map((each) => ({ ...each, serverMicroseconds: 501 }));
    expect(verdict(compare(costly, "free"), "free")).toContain(
      "the server takes so much that no client can reach that, everywhere",
    );
    const halves = GOOD.map((each) => ({ ...each, serverMicroseconds: 499.5 }));
    expect(verdict(compare(halves, "free"), "free")).not.toContain("no client");
    expect(verdict(compare(halves, "one core"), "one core")).toContain(
      "server and bare socket take so much that no client can reach that, everywhere",
    );
  });

  test("and where a socket without a client on it takes more than that", () => {
    const laden = GOOD.map((each) => (each.subject === "socket" ? { ...each, cpuMicroseconds: 5.1 } : each));
    expect(verdict(compare(laden, "free"), "free")).toContain(
      "the bare socket alone takes more than that, everywhere",
    );
  });

  test("but no limit where it is not known what the server costs", () => {
    const unknown = GOOD.map((each) => ({ ...each, serverMicroseconds: undefined }));
    expect(compare(unknown, "free")).toMatchObject([{ rateLimit: undefined }]);
    expect(verdict(compare(unknown, "free"), "free")).not.toContain("limit");
  });
});

describe("the section node", () => {
  const footprint = { heap: 3_000, external: 0, resident: 9_000 };
  const result: NodeResult = {
    ranOn: { node: "v20", processor: "P", cores: 2, mosquitto: "2", mqttjs: "5", mqttPacket: "9" },
    window: 20,
    oneCore: undefined,
    free: BAD,
    prompt: GOOD,
    crowd: {
      count: 1_000,
      footprints: { reed: footprint, mqttjs: { ...footprint, heap: 9_000 }, socket: footprint },
    },
    codec: [{ work: "parse", reed: 100, mqttPacket: 500 }],
  };

  test("shows what was measured, and leaves out what could not be", () => {
    for (const text of [nodeSection.text(result), nodeSection.markdown(result)]) {
      expect(text).toContain("With a prompt server");
      expect(text).not.toContain("on one core");
      expect(text).toContain("a third of the memory: met, 0.33 of it");
    }
    expect(nodeSection.text({ ...result, oneCore: GOOD })).toContain("With mosquitto, on one core");
  });

  test("draws the charts that its text refers to", () => {
    const charts = Object.keys(nodeSection.charts(result));
    const referred = [...nodeSection.markdown(result).matchAll(/performance\/([\w-]+\.svg)/g)];
    expect(referred.map(([, name]) => name).toSorted()).toEqual(charts.toSorted());
  });
});

describe("the section wire", () => {
  const scene = (name: string, bytes: number, segments: number | undefined): Scene => ({
    name,
    bytes,
    writes: 2,
    segments,
    packets: ["connect", "2 subscribe"],
    minimum: { bytes: 10, segments: 1 },
  });
  const resultOf = (...reed: Scene[]): WireResult => ({ reed, mqttjs: reed });

  test("tells what is more than the fewest", () => {
    const text = wireSection.text(
      resultOf(scene("connect", 14, 1), scene("one", 10, 1), scene("two", 11, 2)),
    );
    expect(text).toContain("the fewest bytes for each message: missed in two.");
    expect(text).toContain("the fewest segments for each message: missed in two.");
    expect(text).toContain("the fewest segments to connect: met.");
  });

  test("takes writes for segments where the system does not tell of those", () => {
    const text = wireSection.text(resultOf(scene("connect", 10, undefined), scene("one", 10, undefined)));
    expect(text).toContain("the fewest writes for each message: missed in one.");
  });
});
