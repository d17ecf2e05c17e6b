/** The door sensor alone: its pin, its states and its events. */

import { describe, expect, test } from "vitest";
import { DoorSensor } from "../../firmware/apps/door-sensor.js";
import type { Level } from "../../firmware/apps/io.js";
import { VirtualClock } from "../../host-sim/virtual/virtual-clock.js";
import type { DoorSensorSettings } from "../../src/config/app-settings.js";
import { FakeBoard } from "./fake-board.js";
import { FakeClient } from "./fake-client.js";

const SETTINGS: DoorSensorSettings = {
  pin: 4,
  activeLow: true,
  debounce: 50,
  stateTopic: "front/door/state",
  eventTopic: "front/door/event",
  statusTopic: "front/status",
};

function createSensor(settings: Partial<DoorSensorSettings> = {}, firstLevel: Level = 0) {
  const clock = new VirtualClock({ start: 5_000_000 });
  const client = new FakeClient();
  const board = new FakeBoard(clock);
  board.firstLevel = firstLevel;
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
  const sensor = new DoorSensor({ ...SETTINGS, ...settings }, ports);
  return {
    board,
    client,
    clock,
    sensor,
    connect() {
      client.connected = true;
      sensor.onConnected();
    },
    /** The door moves, and is left there for a second. */
    move(level: Level) {
      board.set(4, level);
      clock.advance(1000);
    },
    states: () => client.texts("front/door/state"),
    events: () => client.texts("front/door/event").map((text) => JSON.parse(text) as Record<string, unknown>),
  };
}

describe("the door sensor", () => {
  test("knows the state at boot and tells it at the connection, without an event", () => {
    const closed = createSensor();
    closed.connect();
    expect(closed.states()).toEqual(["closed"]);
    expect(closed.events()).toEqual([]);
    const open = createSensor({}, 1);
    open.connect();
    expect(open.states()).toEqual(["open"]);
    expect(open.events()).toEqual([]);
  });

  test("takes a low level for closed with the internal pull-up, or a high one with the pull-down", () => {
    const low = createSensor({ activeLow: true }, 0);
    expect(low.sensor.state).toBe("closed");
    expect(low.board.inputs.get(4)?.pull).toBe("up");
    const high = createSensor({ activeLow: false }, 1);
    expect(high.sensor.state).toBe("closed");
    expect(high.board.inputs.get(4)?.pull).toBe("down");
    high.move(0);
    expect(high.sensor.state).toBe("open");
  });

  test("publishes each change as an event and as the retained state, the event first", () => {
    const { board, client, connect, move } = createSensor();
    board.setTime("2026-03-04T05:06:07.000Z");
    connect();
    client.published.length = 0;
    move(1);
    expect(client.published).toEqual([
      {
        topicName: "front/door/event",
        payload:
          '{"seq":1,"state":"open","time":"2026-03-04T05:06:07.000Z","uptime":0,"boot":"80000000","late":false}',
        qos: 1,
        lateOffset: 94,
      },
      { topicName: "front/door/state", payload: "open", qos: 1, retain: true, kind: "state" },
    ]);
  });

  test("says of an event when the door moved, not when that was certain or sent", () => {
    const { board, clock, connect, move, events } = createSensor();
    board.setTime("2026-03-04T05:06:00.000Z");
    clock.advance(7_250);
    move(1);
    clock.advance(60_000);
    move(0);
    clock.advance(3_600_000);
    connect();
    expect(events()).toEqual([
      {
        seq: 1,
        state: "open",
        time: "2026-03-04T05:06:07.250Z",
        uptime: 7_250,
        boot: "80000000",
        late: true,
      },
      {
        seq: 2,
        state: "closed",
        time: "2026-03-04T05:07:08.250Z",
        uptime: 68_250,
        boot: "80000000",
        late: true,
      },
    ]);
  });

  test("adds the time to events from before the clock was set, when it is set by the time of the connection", () => {
    const { board, clock, connect, move, events } = createSensor();
    clock.advance(1000);
    move(1);
    move(0);
    clock.advance(7000);
    expect(events()).toEqual([]);
    board.setTime("2026-03-04T05:06:10.000Z");
    connect();
    expect(events()).toEqual([
      { seq: 1, state: "open", time: "2026-03-04T05:06:01.000Z", uptime: 1000, boot: "80000000", late: true },
      {
        seq: 2,
        state: "closed",
        time: "2026-03-04T05:06:02.000Z",
        uptime: 2000,
        boot: "80000000",
        late: true,
      },
    ]);
  });

  test("sends events without a time when nobody knows it, in order and with uptime and boot", () => {
    const { connect, move, events } = createSensor();
    move(1);
    connect();
    move(0);
    expect(events()).toEqual([
      { seq: 1, state: "open", uptime: 0, boot: "80000000", late: true },
      { seq: 2, state: "closed", uptime: 1000, boot: "80000000", late: false },
    ]);
  });

  test("keeps no more than 32 events back for the sake of their time", () => {
    const { connect, move, events } = createSensor();
    for (let i = 1; i <= 31; i += 1) move(i % 2 === 1 ? 1 : 0);
    expect(events().length).toBe(0);
    move(0);
    expect(events().length).toBe(32);
    move(1);
    expect(events().length).toBe(32);
    connect();
    expect(events().map(({ seq }) => seq)).toEqual(Array.from({ length: 33 }, (_, index) => index + 1));
  });

  test("publishes each event but only the newest state when it was without a connection", () => {
    const { connect, move, states, events } = createSensor();
    for (let i = 1; i <= 5; i += 1) move(i % 2 === 1 ? 1 : 0);
    expect(states()).toEqual([]);
    connect();
    expect(states()).toEqual(["open"]);
    expect(events().map(({ seq, state }) => `${seq} ${state}`)).toEqual([
      "1 open",
      "2 closed",
      "3 open",
      "4 closed",
      "5 open",
    ]);
  });

  test("publishes the state at each connection, as the server may have lost it", () => {
    const { client, connect, states } = createSensor();
    connect();
    client.settle("acknowledged");
    connect();
    expect(states()).toEqual(["closed", "closed"]);
  });

  test("does not hear bouncing contacts and spikes", () => {
    const { board, clock, connect, events, states } = createSensor();
    connect();
    for (let i = 0; i < 20; i += 1) {
      board.set(4, 1);
      clock.advance(49);
      board.set(4, 0);
      clock.advance(1);
    }
    clock.advance(10_000);
    expect(events()).toEqual([]);
    expect(states()).toEqual(["closed"]);
  });

  test("hears a door whose contacts bounce once, 50 ms after they have stopped", () => {
    const { board, clock, connect, events } = createSensor();
    connect();
    for (const level of [1, 0, 1, 0, 1] as const) {
      board.set(4, level);
      clock.advance(2);
    }
    clock.advance(47);
    expect(events()).toEqual([]);
    clock.advance(1);
    expect(events()).toEqual([{ seq: 1, state: "open", uptime: 8, boot: "80000000", late: false }]);
  });

  test("sets no timer while the door rests", () => {
    const { clock, move } = createSensor();
    expect(clock.pending).toBe(0);
    move(1);
    expect(clock.pending).toBe(0);
  });

  test("tells in the log what became of an event that is lost, and nothing of the others", () => {
    const { board, client, connect, move } = createSensor();
    connect();
    move(1);
    client.settle("acknowledged");
    expect(board.lines).toEqual(["info: door closed", "info: door open, event 1"]);
    move(0);
    client.settle("evicted");
    expect(board.lines.at(-1)).toBe(
      "warn: a door event is lost: newer messages pushed it out of the queue, see max_queue_length and max_queue_bytes",
    );
  });

  test("watches nothing any more once it is stopped", () => {
    const { board, clock, connect, sensor, events } = createSensor();
    connect();
    board.set(4, 1);
    clock.advance(10);
    sensor.stop();
    clock.advance(10_000);
    expect(events()).toEqual([]);
    expect(board.inputs.get(4)?.onReadable).toBe(undefined);
    expect(clock.pending).toBe(0);
  });
});
