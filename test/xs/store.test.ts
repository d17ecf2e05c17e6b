/** The config store on XS over a directory of the host. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FileStore } from "../../host-sim/io/file-store.js";
import { StillServer, stillPorts } from "../../host-sim/xs/footprint/still-world.js";
import { LoadedProgram, XsHost } from "../../host-sim/xs/xs-host.js";
import { describeOnXs } from "./support/engine-there.js";
import type { StoreCommand } from "./support/store-main.js";

/** What a device says that starts anew over `directory`, and is told `commands`. */
async function run(directory: string, ...commands: readonly StoreCommand[]): Promise<unknown[]> {
  const program = await LoadedProgram.load(join(import.meta.dirname, "support/store-main.ts"));
  const ports = { ...stillPorts(new StillServer(), () => {}), store: new FileStore(directory) };
  return await new Promise((resolve, reject) => {
    const host = new XsHost<StoreCommand>(program, ports, reject);
    onTestFinished(() => host.end());
    const answers: unknown[] = [];
    for (const command of commands) {
      host.post(command, (answer) => {
        answers.push(answer);
        if (answers.length === commands.length) resolve(answers);
      });
    }
  });
}

await describeOnXs("the config store on XS", () => {
  test("keeps a config over a restart of the device, and of the engine", async () => {
    const directory = mkdtempSync(join(tmpdir(), "reed-store-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const text = '{"device": {"id": "grün"}} // ü';
    expect(await run(directory, { type: "load" }, { type: "replace", text })).toEqual([
      "defaults: ",
      "stored: grün",
    ]);
    expect(await run(directory, { type: "load" })).toEqual(["stored: grün"]);
    expect(await run(directory, { type: "clear" })).toEqual(["defaults: "]);
  });

  test("a config that is refused is told where it was thrown, and ends the program", async () => {
    const directory = mkdtempSync(join(tmpdir(), "reed-store-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    await expect(run(directory, { type: "replace", text: "{" })).rejects.toThrow(
      /the firmware failed on XS: .*stored/,
    );
  });
});
