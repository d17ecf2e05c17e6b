/** The alarm alone: its siren, the doors it watches and the commands it obeys. */

import { describe, expect, test } from "vitest";
import { Alarm } from "../../firmware/apps/alarm.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { AlarmSettings } from "../../src/config/app-settings.js";
import { FakeBoard } from "./fake-board.js";
import { FakeClient } from "./fake-client.js";

const SETTINGS: AlarmSettings = {
  doors: ["front/door/state"],
  commandTopic: "hall/alarm/command",
  stateTopic: "hall/alarm/state",
  statusTopic: "hall/status",
  sirenPin: 18,
  sirenActiveLow: false,
  triggerOnRetained: false,
  armed: false,
};

function createAlarm(settings: Partial<AlarmSettings> = {}) {
  const clock = new VirtualClock();
  const client = new FakeClient();
  const board = new FakeBoard(clock);
  const ports = {
    client,
    clock,
    timers: clock,
    random: () => 0.5,
    pins: board,
    wallClock: board,
    log: board,
    isDurable: false,
  };
  const alarm = new Alarm({ ...SETTINGS, ...settings }, ports);
  return {
    alarm,
    board,
    client,
    connect() {
      client.connected = true;
      alarm.onConnected();
    },
    command: (payload: string | Uint8Array, retain = false) =>
      client.deliver("hall/alarm/command", payload, retain),
    door: (payload: string | Uint8Array, retain = false) =>
      client.deliver("front/door/state", payload, retain),
    states: () => client.texts("hall/alarm/state"),
    siren: () => board.level(18),
  };
}

describe("the alarm", () => {
  test("starts as the config says, silent, and tells its state at the connection, retained and with QoS 1", () => {
    const disarmed = createAlarm();
    expect(disarmed.board.outputs.get(18)).toEqual([0]);
    disarmed.connect();
    expect(disarmed.client.published).toEqual([
      { topicName: "hall/alarm/state", payload: "disarmed", qos: 1, retain: true, kind: "state" },
    ]);
    const armed = createAlarm({ armed: true });
    armed.connect();
    expect(armed.states()).toEqual(["armed"]);
    expect(armed.siren()).toBe(0);
  });

  test("subscribes to each of its doors and to its commands", () => {
    const { client } = createAlarm({ doors: ["front/door/state", "cellar/+/state"] });
    expect(client.topicFilters).toEqual(["front/door/state", "cellar/+/state", "hall/alarm/command"]);
  });

  test("sounds the siren when a door opens while it is armed", () => {
    const { connect, command, door, siren, states } = createAlarm();
    connect();
    command("arm");
    expect(siren()).toBe(0);
    door("open");
    expect(siren()).toBe(1);
    expect(states()).toEqual(["disarmed", "armed", "triggered"]);
  });

  test("stays silent when a door opens while it is disarmed", () => {
    const { alarm, door, siren } = createAlarm();
    door("open");
    expect(siren()).toBe(0);
    expect(alarm.state).toBe("disarmed");
  });

  test("goes on when the door is closed again", () => {
    const { door, siren } = createAlarm({ armed: true });
    door("open");
    door("closed");
    expect(siren()).toBe(1);
  });

  test("is ended by disarm, and by silence, which leaves it armed", () => {
    const { alarm, command, door, siren } = createAlarm({ armed: true });
    door("open");
    command("silence");
    expect(siren()).toBe(0);
    expect(alarm.state).toBe("armed");
    door("open");
    expect(siren()).toBe(1);
    command("disarm");
    expect(siren()).toBe(0);
    expect(alarm.state).toBe("disarmed");
  });

  test("watches doors by wildcard, and says in the log which one it was", () => {
    const { board, client, siren } = createAlarm({ armed: true, doors: ["+/door/state"] });
    client.deliver("back/door/state", "open", false, "+/door/state");
    expect(siren()).toBe(1);
    expect(board.lines.at(-1)).toBe('info: alarm triggered: "back/door/state" says open');
  });

  test("drives a siren that sounds at a low level, and is silent from the first moment on", () => {
    const { board, command, door } = createAlarm({ armed: true, sirenActiveLow: true });
    door("open");
    command("disarm");
    expect(board.outputs.get(18)).toEqual([1, 0, 1]);
  });

  test("writes to the siren only when its state changes", () => {
    const { board, door } = createAlarm({ armed: true });
    door("open");
    door("open");
    expect(board.outputs.get(18)).toEqual([0, 1]);
  });

  test("is not set off by a retained open, which may be old", () => {
    const { alarm, board, door } = createAlarm({ armed: true });
    door("open", true);
    expect(alarm.state).toBe("armed");
    expect(board.lines.at(-1)).toBe(
      'info: retained message on "front/door/state" ignored, as alarm.trigger_on_retained is false',
    );
    door("open");
    expect(alarm.state).toBe("triggered");
  });

  test("does not obey a retained command, which may be old", () => {
    const { alarm, command, connect, states } = createAlarm();
    connect();
    command("arm", true);
    expect(alarm.state).toBe("disarmed");
    expect(states()).toEqual(["disarmed"]);
  });

  test("takes retained messages like new ones when it is told to", () => {
    const { alarm, command, door } = createAlarm({ triggerOnRetained: true });
    command("arm", true);
    expect(alarm.state).toBe("armed");
    door("open", true);
    expect(alarm.state).toBe("triggered");
  });

  test("answers each command with its state, also when that has not changed", () => {
    const { command, connect, states } = createAlarm();
    connect();
    command("arm");
    command("arm");
    command("disarm");
    expect(states()).toEqual(["disarmed", "armed", "armed", "disarmed"]);
  });

  test("answers an unknown command with its state unchanged, and logs it", () => {
    const { board, command, connect, states } = createAlarm({ armed: true });
    connect();
    command("explode");
    expect(states()).toEqual(["armed", "armed"]);
    expect(board.lines.at(-1)).toBe('warn: unknown command "explode", known are arm, disarm, silence');
  });

  test("takes no command for a door, and no door for a command", () => {
    const { alarm, command, door } = createAlarm({ armed: true });
    command("door-open");
    command("open");
    door("disarm");
    expect(alarm.state).toBe("armed");
  });

  test("is not harmed by payloads that are empty, long, not UTF-8, or almost right", () => {
    const { alarm, board, command, door } = createAlarm({ armed: true });
    const payloads = [
      "",
      "Open",
      "open\n",
      "open\0",
      " open",
      "open".repeat(700),
      new Uint8Array([0xff, 0x00, 0xc0, 0x80]),
      new Uint8Array(3072),
      "constructor",
      "__proto__",
      "\u001b[2Jarm",
    ];
    for (const payload of payloads) {
      door(payload);
      command(payload);
    }
    expect(alarm.state).toBe("armed");
    expect(board.lines.every((line) => line.length < 200 && !/[^ -~…]/.test(line))).toBe(true);
  });

  test("can be told by a panel on the device itself", () => {
    const { alarm, connect, states } = createAlarm();
    connect();
    expect(alarm.apply("arm", "panel")).toBe(true);
    expect(alarm.apply("arm", "panel")).toBe(false);
    expect(states()).toEqual(["disarmed", "armed"]);
  });

  test("acts and sounds without a connection too, and tells the newest state when there is one", () => {
    const { alarm, connect, siren, states } = createAlarm({ armed: true });
    alarm.apply("door-open", "panel");
    alarm.apply("silence", "panel");
    alarm.apply("door-open", "panel");
    expect(siren()).toBe(1);
    expect(states()).toEqual([]);
    connect();
    expect(states()).toEqual(["triggered"]);
  });

  test("tells its state also when the siren's pin fails", () => {
    const { alarm, board, connect, states } = createAlarm({ armed: true });
    connect();
    board.failing = true;
    expect(() => alarm.apply("door-open", "test")).toThrow("pin 18 is broken");
    expect(states()).toEqual(["armed", "triggered"]);
  });

  test("is silent once it is stopped, and stays so", () => {
    const { alarm, door, siren } = createAlarm({ armed: true });
    door("open");
    alarm.stop();
    expect(siren()).toBe(0);
    alarm.apply("silence", "test");
    door("open");
    expect(siren()).toBe(0);
  });
});
