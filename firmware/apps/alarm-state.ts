/** The states of the alarm and what leads from one to another, as one table. */

/** `armed`: an opening door sets it off. `triggered`: the siren sounds. */
export type AlarmState = "disarmed" | "armed" | "triggered";

/** What people may tell the alarm. */
export type AlarmCommand = "arm" | "disarm" | "silence";

/** All that can happen to it. */
export type AlarmInput = AlarmCommand | "door-open";

export const ALARM_COMMANDS: readonly AlarmCommand[] = Object.freeze(["arm", "disarm", "silence"] as const);

/** The state that follows on a state and an input. */
export const ALARM_TRANSITIONS: Readonly<Record<AlarmState, Readonly<Record<AlarmInput, AlarmState>>>> =
  Object.freeze({
    disarmed: Object.freeze({
      arm: "armed",
      disarm: "disarmed",
      silence: "disarmed",
      "door-open": "disarmed",
    }),
    armed: Object.freeze({
      arm: "armed",
      disarm: "disarmed",
      silence: "armed",
      "door-open": "triggered",
    }),
    triggered: Object.freeze({
      // Who arms an alarm that sounds does not expect silence; "silence" and "disarm" end it.
      arm: "triggered",
      disarm: "disarmed",
      silence: "armed",
      "door-open": "triggered",
    }),
  });
