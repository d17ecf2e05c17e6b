/** `reed-sim demo`, which `npm start` runs: the whole story in half a minute. */

import type { Command } from "commander";
import pc from "picocolors";
import { playDemo } from "../demo/demo.js";
import { Interrupted, Milestones, NotObserved } from "../demo/milestones.js";
import { CommandError, FAILED } from "./exit.js";
import { onStopSignal } from "./stop-signals.js";
import { Timeline } from "./timeline.js";

const HELP = `
Exit status: 0 every step was observed, 1 one was not, or it was interrupted.
`;

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("a door sensor and an alarm survive the loss of their broker; takes half a minute")
    .addHelpText("after", HELP)
    .action(async () => {
      const timeline = new Timeline();
      const milestones = new Milestones();
      const removeHandlers = onStopSignal(() => milestones.interrupt());
      try {
        await playDemo(timeline, milestones);
        timeline.note(
          pc.bold(pc.green(`\nEvery step was observed, in ${(timeline.time / 1000).toFixed(0)} s.`)),
        );
        timeline.note("Next: npx reed-sim run --help, to run a device against your own broker.");
      } catch (error) {
        if (error instanceof Interrupted) throw new CommandError("interrupted", FAILED);
        if (error instanceof NotObserved) throw new CommandError(error.message, FAILED);
        throw error;
      } finally {
        removeHandlers();
      }
    });
}
