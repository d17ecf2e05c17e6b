/**
 * The demonstration: a door sensor and an alarm, each the real firmware code with a client of its own, over two real
 * brokers in this process; the primary is cut off, and the devices find their way to the backup. Every step is checked
 * against what was observed.
 */

import pc from "picocolors";
import type { PartialConfig } from "../../src/config/schema.js";
import { EmbeddedBroker } from "../broker/embedded-broker.js";
import type { Timeline } from "../cli/timeline.js";
import { Actor } from "./actor.js";
import type { Milestones } from "./milestones.js";
import { Witness } from "./witness.js";

/** Waits are this many times shorter than a device's: 0.25, 0.5, 1, 2, 4 and 7.5 s for 2, 4, 8, 16, 32 and 60 s. */
const HASTE = 8;
const FIRST_WAIT = 2 / HASTE;
const LONGEST_WAIT = 60 / HASTE;
/** The attempt that notices the loss is not counted: the ladder has six waits. */
const ATTEMPTS = 6;
const STEP_LIMIT = 5000;
const FAIL_OVER_LIMIT = 30_000;
const PAUSE = 700;

const DOOR = "front";
const ALARM = "hall";

/** Plays it. Throws `NotObserved` when a step fails, `Interrupted` after `milestones.interrupt()`. */
export async function playDemo(timeline: Timeline, milestones: Milestones): Promise<void> {
  const closers: (() => Promise<void>)[] = [];
  try {
    await play(timeline, milestones, closers);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function play(
  timeline: Timeline,
  milestones: Milestones,
  closers: (() => Promise<void>)[],
): Promise<void> {
  const step = (text: string): void => timeline.note(pc.bold(`\n${text}`));
  const seen = (text: string): void => timeline.line("seen", pc.green(text), pc.green);
  const until = (what: string, limit: number, isTrue: () => boolean): Promise<void> =>
    milestones.until(what, limit, isTrue).then(() => seen(what));

  timeline.note(
    pc.bold("Reed: a door sensor and an alarm over MQTT, and what happens when the broker goes away."),
  );
  timeline.note(
    `Everything is real but the door and the siren. Only the back-off is shortened, ${HASTE} times: a device waits\n` +
      "2, 4, 8, 16, 32 and 60 s between attempts, here it is 0.25, 0.5, 1, 2, 4 and 7.5 s, each up to 10 % more or less.",
  );

  step("1. Two brokers, two devices");
  const primary = await EmbeddedBroker.start();
  closers.push(() => primary.stop());
  const backup = await EmbeddedBroker.start();
  closers.push(() => backup.stop());
  timeline.line(
    "brokers",
    `mqtt (primary) on port ${primary.port}, mqtt1 (backup) on port ${backup.port}`,
    pc.blue,
  );
  const servers = { mqtt: serverConfig(primary.port), mqtt1: serverConfig(backup.port) };
  const witness = new Witness(backup.port, `${DOOR}/door/event`, milestones);
  closers.push(() => witness.stop());
  const alarm = new Actor(
    "alarm",
    {
      ...servers,
      app: "alarm",
      device: { id: ALARM },
      alarm: { doors: [`${DOOR}/door/state`], armed: true },
    },
    pc.magenta,
    timeline,
    milestones,
  );
  closers.push(() => alarm.stop());
  const door = new Actor(
    "door sensor",
    { ...servers, app: "door-sensor", device: { id: DOOR } },
    pc.cyan,
    timeline,
    milestones,
  );
  closers.push(() => door.stop());
  await until("both devices are connected to the primary", STEP_LIMIT, () =>
    [door, alarm].every((actor) => actor.connectedTo === "mqtt"),
  );
  await milestones.pause(PAUSE);

  step("2. The door opens, the alarm sounds");
  door.setDoor("open");
  await until("the siren sounds", STEP_LIMIT, () => alarm.sirenSounding);
  await milestones.pause(PAUSE);
  door.setDoor("closed");
  alarm.pressPanel("disarm");
  await until("the siren is silent after disarming", STEP_LIMIT, () => !alarm.sirenSounding);
  alarm.pressPanel("arm");
  await milestones.pause(PAUSE);

  step("3. The primary broker is cut off; the door is opened and closed while nobody can be told");
  await primary.stop();
  timeline.line("brokers", pc.red("mqtt (primary) is gone"), pc.blue);
  await until("both devices noticed", STEP_LIMIT, () =>
    [door, alarm].every((actor) => actor.connectedTo === undefined),
  );
  door.setDoor("open");
  await milestones.pause(PAUSE);
  door.setDoor("closed");
  await until(
    `the door sensor tried ${ATTEMPTS} times in vain`,
    FAIL_OVER_LIMIT,
    () => door.failedAttempts >= ATTEMPTS,
  );
  await until("both devices failed over to the backup", FAIL_OVER_LIMIT, () =>
    [door, alarm].every((actor) => actor.connectedTo === "mqtt1"),
  );
  await until("the events from the time without a broker arrived: open, closed", STEP_LIMIT, () =>
    witness.hasInOrder(["open", "closed"]),
  );
  await milestones.pause(PAUSE);

  step("4. The door still reaches the alarm");
  door.setDoor("open");
  await until("the siren sounds again, by way of the backup", STEP_LIMIT, () => alarm.sirenSounding);
  await milestones.pause(PAUSE);

  step("5. Clean end");
}

function serverConfig(port: number): NonNullable<PartialConfig["mqtt"]> {
  return {
    enable: true,
    server: `127.0.0.1:${port}`,
    reconnect_timeout_min: FIRST_WAIT,
    reconnect_timeout_max: LONGEST_WAIT,
  };
}
