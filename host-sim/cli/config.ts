/** `reed-sim config check`: says what is wrong with a config file, or what it comes to. */

import type { Command } from "commander";
import { loadConfig } from "../../src/config/load.js";
import { maskedConfig } from "../../src/config/masked-config.js";
import { readConfigLayers } from "./config-file.js";

const HELP = `
Every problem is reported at once, each with its place, what was expected and, for an unknown key, the
nearest known one. A good file is answered with the effective config, defaults included, secrets masked.

Exit status: 0 the file is good, 2 it is not.
`;

export function addConfig(program: Command): void {
  program
    .command("config")
    .description("work with device config files")
    .command("check")
    .description("validate a config file and print the effective config")
    .argument("<file>", "JSON config file; // comments are allowed")
    .option("--set <key=value...>", "override a key, as `reed-sim run` does")
    .addHelpText("after", HELP)
    .action((file: string, options: { set?: string[] }) => {
      const config = loadConfig(readConfigLayers(file, options.set ?? []));
      process.stdout.write(`${JSON.stringify(maskedConfig(config), null, 2)}\n`);
    });
}
