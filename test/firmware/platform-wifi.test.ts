/** How a board gets on Wi-Fi and stays there, and what its LED shows. */

import { describe, expect, test } from "vitest";
import { StatusLed } from "../../firmware/platform/status-led.js";
import type { WifiInterface, WifiNetwork } from "../../firmware/platform/wifi-keeper.js";
import { WifiKeeper } from "../../firmware/platform/wifi-keeper.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import { FakeBoard } from "./fake-board.js";

const HOME: WifiNetwork = { ssid: "home", pass: "secret secret" };
const CAFE: WifiNetwork = { ssid: "cafe", pass: "" };
const NONE: WifiNetwork = { ssid: "", pass: "" };

function world(networks: readonly WifiNetwork[], first = 200) {
  const clock = new VirtualClock();
  const board = new FakeBoard(clock);
  const ups: boolean[] = [];
  const tried: { time: number; options: object }[] = [];
  const radio = { connection: first, notify: () => {}, failing: false, disconnects: 0 };
  class FakeWifi implements WifiInterface {
    readonly address = "192.168.1.7";
    readonly MAC = "24:0a:c4:4A:5B:6C";
    constructor({ onChanged }: { onChanged(property: string): void }) {
      radio.notify = () => onChanged("connection");
    }
    get connection() {
      return radio.connection;
    }
    connect(options: object) {
      if (radio.failing) throw new Error("already connecting");
      tried.push({ time: clock.now(), options });
      radio.connection = 300;
    }
    disconnect() {
      radio.disconnects += 1;
      radio.connection = 200;
    }
  }
  const keeper = new WifiKeeper(networks, { WiFi: FakeWifi, timers: clock, log: board });
  const become = (connection: number) => {
    radio.connection = connection;
    radio.notify();
  };
  const start = () => {
    keeper.start({ onNetwork: (isUp) => ups.push(isUp) });
    clock.advance(0);
  };
  return { clock, board, keeper, radio, become, tried, ups, start };
}

describe("a board on Wi-Fi", () => {
  test("connects, and tells its owner when it has an address", () => {
    const { board, become, tried, ups, start } = world([HOME, NONE]);
    start();
    expect(tried).toEqual([{ time: 0, options: { SSID: "home", password: "secret secret" } }]);
    become(400);
    expect(ups).toEqual([]);
    become(500);
    become(500);
    expect(ups).toEqual([true]);
    expect(board.lines).toEqual([
      'info: wifi: connecting to "home"',
      "info: wifi: connected, address 192.168.1.7",
    ]);
  });

  test("uses a network that is there already", () => {
    const { tried, ups, start } = world([], 500);
    start();
    expect([tried, ups]).toEqual([[], [true]]);
  });

  test("without any network in the config says what is missing, and rests", () => {
    const { board, clock, tried, start } = world([NONE, NONE]);
    start();
    expect(tried).toEqual([]);
    expect(board.lines).toEqual(["error: wifi: no network to connect to; set wifi.sta.ssid"]);
    expect(clock.pending).toBe(0);
  });

  test("comes back by itself after the link was lost", () => {
    const { clock, become, tried, ups, start } = world([HOME]);
    start();
    become(500);
    become(200);
    clock.advance(1000);
    expect(tried).toHaveLength(2);
    become(500);
    expect(ups).toEqual([true, false, true]);
  });

  test("tries the second network after two failures, and then the first again, with growing waits", () => {
    const { clock, become, tried, start } = world([HOME, CAFE]);
    start();
    for (let attempt = 1; attempt < 8; attempt += 1) {
      become(200);
      const before = tried.length;
      for (let second = 0; second < 60 && tried.length === before; second += 1) clock.advance(1000);
    }
    expect(tried.map(({ options }) => (options as { SSID: string }).SSID)).toEqual([
      "home",
      "home",
      "cafe",
      "cafe",
      "home",
      "home",
      "cafe",
      "cafe",
    ]);
    expect(tried.slice(1).map(({ time }, index) => (time - (tried[index]?.time ?? 0)) / 1000)).toEqual([
      1, 2, 4, 8, 16, 30, 30,
    ]);
    expect(tried[2]?.options).toEqual({ SSID: "cafe" });
  });

  test("gives an attempt up that comes to nothing, and one that the radio refuses", () => {
    const { board, clock, radio, tried, start } = world([HOME]);
    start();
    clock.advance(20_000);
    expect(radio.disconnects).toBe(1);
    radio.failing = true;
    clock.advance(1000);
    radio.failing = false;
    clock.advance(2000);
    expect(tried).toHaveLength(2);
    expect(board.lines.filter((line) => line.startsWith("warn"))).toEqual([
      'warn: wifi: no address on "home" within 20 s',
      'warn: wifi: cannot connect to "home": already connecting',
    ]);
  });
});

describe("the status LED", () => {
  test.each([
    [false, 1],
    [true, 0],
  ])("blinks as the board fares, active low %s", (activeLow, lit) => {
    const clock = new VirtualClock();
    const board = new FakeBoard(clock);
    const led = new StatusLed(2, activeLow, board, clock);
    const litFor = (duration: number) => {
      let sum = 0;
      for (let time = 0; time < duration; time += 10) {
        if (board.level(2) === lit) sum += 10;
        clock.advance(10);
      }
      return sum;
    };
    expect(board.outputs.get(2)?.[0]).toBe(1 - lit);
    expect(litFor(2000)).toBe(1000);
    led.show("no-server");
    expect(litFor(500)).toBe(500);
    expect(litFor(500)).toBe(0);
    led.show("connected");
    expect(litFor(6000)).toBe(100);
    led.show("faulty");
    expect(litFor(6000)).toBe(5900);
  });
});
