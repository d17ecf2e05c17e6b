#!/usr/bin/env node
/** The command line `reed-sim`: what it can do, and how it ends. */

import { Command, CommanderError } from "commander";
import { ConfigError } from "../src/config/problem.js";
import { UsageError } from "../src/mqtt/errors.js";
import { addConfig } from "./cli/config.js";
import { addDemo } from "./cli/demo.js";
import { BAD_USAGE, CommandError, DONE, FAILED } from "./cli/exit.js";
import { addPub } from "./cli/pub.js";
import { addRun } from "./cli/run.js";
import { addSub } from "./cli/sub.js";

const program = new Command("reed-sim")
  .description("Reed on this machine: MQTT devices running their firmware, and tools to talk to them.")
  .exitOverride()
  .configureHelp({ showGlobalOptions: true });

addDemo(program);
addRun(program);
addPub(program);
addSub(program);
addConfig(program);

process.exitCode = await run(process.argv);

async function run(argv: readonly string[]): Promise<number> {
  try {
    await program.parseAsync(argv);
    return DONE;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // It has printed its message, or the help that was asked for, itself.
    return error.exitCode === 0 ? DONE : BAD_USAGE;
  }
  if (error instanceof CommandError) {
    process.stderr.write(`reed-sim: ${error.message}\n`);
    return error.status;
  }
  if (error instanceof ConfigError || error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return BAD_USAGE;
  }
  process.stderr.write(
    `reed-sim: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return FAILED;
}
