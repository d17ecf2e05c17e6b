/** A board from power-on to a connected device, in a world in memory. */

import { describe, expect, test } from "vitest";
import type { BoardPorts } from "../../firmware/platform/board.js";
import { Board } from "../../firmware/platform/board.js";
import { readBuildConfig } from "../../firmware/platform/build-config.js";
import type { WifiInterface } from "../../firmware/platform/wifi-keeper.js";
import { MemoryStore } from "../../host-sim/io/memory-store.js";
import { FakeBoard } from "./fake-board.js";
import { CLOSED, OPEN, World } from "./world.js";

const CONFIG = {
  device: { id: "front" },
  app: "door-sensor",
  mqtt: { enable: true, server: "broker" },
  wifi: { sta: { ssid: "home", pass: "long enough" } },
  status_led: { pin: 2 },
};

class Boards extends World {
  readonly store = new MemoryStore();
  readonly files = new MemoryStore();
  readonly pins = new FakeBoard(this.clock);
  wifi: { connection: number; notify: () => void } = { connection: 200, notify: () => {} };
  board: Board | undefined;

  /** A power-on with what was built in. */
  boot(built: object, changes: Partial<BoardPorts> = {}): readonly string[] {
    const { clock, pins } = this;
    const wifi = { connection: 200, notify: () => {} };
    this.wifi = wifi;
    class FakeWifi implements WifiInterface {
      readonly address = undefined;
      readonly MAC = "24:0a:c4:4A:5B:6C";
      constructor({ onChanged }: { onChanged(property: string): void }) {
        wifi.notify = () => onChanged("connection");
      }
      get connection() {
        return wifi.connection;
      }
      connect() {
        wifi.connection = 300;
      }
      disconnect() {
        wifi.connection = 200;
      }
    }
    const board = new Board({
      clock,
      timers: clock,
      log: pins,
      pins,
      random: () => 0.5,
      transport: this.network.provider("front"),
      storage: this.store,
      files: this.files,
      WiFi: FakeWifi,
      UDP: class {
        read() {
          return undefined;
        }
        write() {}
        close() {}
      },
      resolve: (_host, callback) => clock.defer(() => callback(["10.0.0.1"])),
      systemTime: () => 0,
      setSystemTime: () => {},
      ...changes,
    });
    this.board = board;
    board.boot(readBuildConfig(built));
    clock.advance(0);
    return pins.lines;
  }

  setNetwork(isUp: boolean) {
    this.wifi.connection = isUp ? 500 : 200;
    this.wifi.notify();
  }
}

describe("a board", () => {
  test("goes through config, Wi-Fi, clock and MQTT, a line of log for each, and misses no door change before", () => {
    const world = new Boards();
    world.pins.firstLevel = CLOSED;
    world.boot({ device: JSON.stringify(CONFIG) });
    world.pins.set(4, OPEN);
    world.clock.advance(1000);
    world.setNetwork(true);
    world.clock.advance(6000);
    expect(world.pins.lines).toEqual([
      "info: config: the one of this build was stored",
      "info: config: stored",
      "info: door closed",
      "info: app: door-sensor as front",
      'info: wifi: connecting to "home"',
      "info: door open, event 1",
      "info: wifi: connected",
      "info: clock: no time of day yet",
      "info: connecting to mqtt at broker:1883, attempt 1",
      "info: connected to mqtt",
      "info: mqtt ready in 1040 ms: wifi 1000 ms, tcp 20 ms, connack 20 ms",
    ]);
    expect(world.retained("front/door/state")).toBe("open");
    expect(world.retained("front/status")).toBe("online");
  });

  test("does not make MQTT wait for a clock that nobody is asked for", () => {
    const world = new Boards();
    world.boot({ device: JSON.stringify({ ...CONFIG, sntp: { server: "" } }) });
    world.setNetwork(true);
    world.clock.advance(100);
    expect(world.board?.device?.client.connected).toBe(true);
  });

  test("with require_time connects only once the time is known", () => {
    const world = new Boards();
    let arrive: ((count: number) => void) | undefined;
    const packets: ArrayBuffer[] = [];
    class Udp {
      constructor({ onReadable }: { onReadable(count: number): void }) {
        arrive = onReadable;
      }
      read() {
        return packets.shift();
      }
      write(request: Uint8Array) {
        const answer = new Uint8Array(48);
        answer.set([0x24, 1]);
        answer.set(request.subarray(40), 24);
        answer.set([0xee, 0, 0, 0], 32);
        answer.set([0xee, 0, 0, 0], 40);
        packets.push(answer.buffer as ArrayBuffer);
      }
      close() {}
    }
    const set: number[] = [];
    const mqtt = { ...CONFIG.mqtt, require_time: true };
    world.boot(
      { device: JSON.stringify({ ...CONFIG, mqtt }) },
      { UDP: Udp, setSystemTime: (time) => set.push(time) },
    );
    world.setNetwork(true);
    world.clock.advance(30_000);
    expect(world.pins.lines).toContain("info: waiting for the time of day, as require_time is set");
    expect(world.board?.device?.client.connected).toBe(false);
    arrive?.(packets.length);
    world.clock.advance(1000);
    expect(set).toHaveLength(1);
    expect(world.board?.device?.client.connected).toBe(true);
  });

  test("takes its name from the MAC address, and shows on its LED how it fares", () => {
    const world = new Boards();
    const { device: _device, ...unnamed } = CONFIG;
    world.boot({ device: JSON.stringify(unnamed) });
    expect(world.board?.device?.id).toBe("reed-4a5b6c");
    world.setNetwork(true);
    world.clock.advance(8000);
    const lit = world.pins.outputs.get(2)?.length ?? 0;
    world.clock.advance(30_000);
    // A flash every three seconds.
    expect((world.pins.outputs.get(2)?.length ?? 0) - lit).toBe(20);
  });

  test("keeps its config when the next firmware brings none or a bad one, and takes a good one", () => {
    const world = new Boards();
    world.boot({ device: JSON.stringify(CONFIG) });
    world.pins.lines.length = 0;
    expect(world.boot({})[0]).toBe("info: config: stored");
    world.pins.lines.length = 0;
    const lines = world.boot({ device: '{ "app": "toaster" }' });
    expect(lines.slice(0, 3)).toEqual([
      "warn: config: the one of this build was not stored",
      'warn: stored config:1:3: app: expected one of "", "door-sensor", "alarm", "climate-sensor", got "toaster"',
      "info: config: stored",
    ]);
    expect(world.board?.device?.id).toBe("front");
    world.boot({ device: JSON.stringify({ ...CONFIG, device: { id: "back" } }) });
    expect(world.board?.device?.id).toBe("back");
  });

  test("does not set back what was changed on the device since", () => {
    const world = new Boards();
    const device = JSON.stringify(CONFIG);
    world.boot({ device });
    world.store.write("config.1", world.store.read("config.0") ?? new Uint8Array());
    world.store.delete("config.0");
    world.pins.lines.length = 0;
    expect(world.boot({ device })[0]).toBe("info: config: stored");
  });

  test("runs on what was built in when there is no store", () => {
    const world = new Boards();
    const lines = world.boot({ device: JSON.stringify(CONFIG) }, { storage: undefined });
    expect(lines[0]).toBe("info: config: the one of this build, for this run");
    expect(world.board?.device?.id).toBe("front");
  });

  test("runs on what was built in when the store is too small for it", () => {
    const world = new Boards();
    const storage = {
      read: () => undefined,
      write: () => {
        throw new Error("ESP_ERR_NVS_NOT_ENOUGH_SPACE");
      },
      delete: () => {},
      keys: () => [],
    };
    const lines = world.boot({ device: JSON.stringify(CONFIG) }, { storage });
    expect(lines.slice(0, 3)).toEqual([
      "warn: config: the one of this build was not stored",
      "warn: ESP_ERR_NVS_NOT_ENOUGH_SPACE",
      "info: config: the one of this build, for this run",
    ]);
    expect(world.board?.device?.id).toBe("front");
  });

  test("says what is wrong with a config it cannot start with, and stays as it is", () => {
    const world = new Boards();
    expect(world.boot({})).toEqual([
      "info: config: defaults",
      'error: app: expected door-sensor, alarm or climate-sensor, got ""',
      "error: the device cannot start with this config",
    ]);
    expect(world.clock.pending).toBe(0);
  });

  test("does without an LED whose pin cannot be had", () => {
    const world = new Boards();
    const { pins } = world;
    const broken = {
      openInput: pins.openInput.bind(pins),
      openOutput: () => {
        throw new Error("in use");
      },
    };
    world.boot({ device: JSON.stringify(CONFIG) }, { pins: broken });
    expect(pins.lines).toContain("warn: status_led.pin 2 cannot be used: in use");
    expect(world.board?.device?.id).toBe("front");
  });
});

describe("files that came with a build", () => {
  const FILES = { "ca.pem": "an authority", "key.pem": "a key" };
  const built = { device: JSON.stringify({ ...CONFIG, sntp: { server: "" } }), files: FILES };

  test("are stored once, whether they are an object of a manifest or a text of mcconfig", () => {
    for (const files of [FILES, JSON.stringify(FILES)]) {
      const world = new Boards();
      expect(world.boot({ ...built, files })[0]).toBe("info: files: those of this build were stored");
      expect(textOf(world.files.read("ca.pem"))).toBe("an authority");
      expect(textOf(world.files.read("key.pem"))).toBe("a key");
      world.files.write("ca.pem", new Uint8Array([1]));
      world.pins.lines.length = 0;
      expect(world.boot({ ...built, files })[0]).toBe("info: config: stored");
      expect(world.files.read("ca.pem")).toEqual(new Uint8Array([1]));
      world.boot({ ...built, files: { "ca.pem": "another one" } });
      expect(textOf(world.files.read("ca.pem"))).toBe("another one");
      expect(textOf(world.files.read("key.pem"))).toBe("a key");
    }
  });

  test.each([
    [{ "ca.pem": "fine", "authorities-of-mine.pem": "x" }, "authorities-of-mine.pem"],
    [{ "ca.pem": "fine", "": "x" }, 'got ""'],
    [{ "ca.pem": "fine", "key.pem": 7 }, '"key.pem": expected a text'],
    [["fine"], "expected an object"],
    ["-----BEGIN PRIVATE KEY-----", "files: expected JSON"],
  ])("are all left out when one of them is not good: %j", (files, problem) => {
    const world = new Boards();
    const lines = world.boot({ ...built, files });
    expect(lines[0]).toBe("warn: files: those of this build were not stored, or not all of them");
    expect(lines[1]).toContain(problem);
    expect(lines[1]).not.toContain("PRIVATE");
    expect([...world.files.keys()]).toEqual([]);
    expect(world.board?.device?.id).toBe("front");
  });

  test("are tried again at the next start when the store was too small for all", () => {
    const world = new Boards();
    let room = 1;
    const small = {
      read: (name: string) => world.files.read(name),
      write(name: string, bytes: Uint8Array) {
        if (room === 0) throw new Error("ESP_ERR_NVS_NOT_ENOUGH_SPACE");
        room -= 1;
        world.files.write(name, bytes);
      },
      delete: () => {},
      keys: () => world.files.keys(),
    };
    expect(world.boot(built, { files: small })[1]).toBe("warn: ESP_ERR_NVS_NOT_ENOUGH_SPACE");
    expect([...world.files.keys()]).toEqual(["ca.pem"]);
    room = 2;
    world.boot(built, { files: small });
    expect(textOf(world.files.read("key.pem"))).toBe("a key");
  });

  test("are left where there is no store for them", () => {
    const world = new Boards();
    expect(world.boot(built, { files: undefined })[0]).toBe("info: config: the one of this build was stored");
  });
});

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

describe("what was set at build time", () => {
  test.each([
    ["2026-11-21", "2026-11-21"],
    ["2027-01-01", "2027-01-01"],
    [undefined, "2026-01-01"],
    ["1999-01-01", "2026-01-01"],
    ["2026-13-01", "2026-01-01"],
    ["today", "2026-01-01"],
    [7, "2026-01-01"],
  ])("with the build date %j nothing is before %s", (buildDate, earliest) => {
    expect(readBuildConfig({ buildDate }).earliest).toBe(Date.parse(earliest));
  });

  test("are the manifest's values, and ssid and password in Moddable's manner", () => {
    expect(readBuildConfig({ reed: { app: "alarm" }, ssid: "home", password: "secret", sntp: "x" })).toEqual({
      layers: [
        { name: "manifest", values: { app: "alarm" } },
        { name: "ssid and password", values: { wifi: { sta: { ssid: "home", pass: "secret" } } } },
      ],
      deviceText: undefined,
      filesText: undefined,
      earliest: Date.parse("2026-01-01"),
    });
    expect(readBuildConfig(undefined)).toEqual(readBuildConfig({ device: "", files: "" }));
    expect(readBuildConfig(undefined)).toMatchObject({ layers: [], deviceText: undefined });
    expect(readBuildConfig({ ssid: "open" }).layers).toEqual([
      { name: "ssid and password", values: { wifi: { sta: { ssid: "open", pass: "" } } } },
    ]);
  });
});
