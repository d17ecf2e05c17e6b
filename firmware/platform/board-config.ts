/** The config a board runs with: the stored one, over what was built in; and what is done when storing fails. */

import { ConfigStore } from "../../src/config/config-store.js";
import { loadConfig } from "../../src/config/load.js";
import { ConfigError } from "../../src/config/problem.js";
import type { Config } from "../../src/config/schema.js";
import type { Storage } from "../../src/mqtt/ports.js";
import type { Log } from "../apps/io.js";
import { describeError } from "../apps/log-text.js";
import type { BuildConfig } from "./build-config.js";
import { problemLines, provision, provisionFiles } from "./provision.js";

/**
 * @param storage undefined when it cannot be opened
 * @throws ConfigError when what was built in is bad by itself, and nothing good is stored
 */
export function loadBoardConfig(build: BuildConfig, storage: Storage | undefined, log: Log): Config {
  if (storage === undefined) return builtIn(build, log);
  const store = new ConfigStore(storage, build.layers);
  if (build.deviceText !== undefined) {
    const result = provision(build.deviceText, store, storage);
    if (result.outcome === "stored") log.info("config: the one of this build was stored");
    if (result.outcome === "rejected") {
      log.warn("config: the one of this build was not stored");
      for (const line of problemLines(result.cause)) log.warn(line);
      // It is good, and only the store is not: too small for it, or worn out.
      if (!(result.cause instanceof ConfigError)) return builtIn(build, log);
    }
  }
  const { config, origin, rejected } = store.load();
  for (const { slot, reason, cause } of rejected) {
    log.warn(`config: ${slot} is ${reason}${cause === undefined ? "" : `: ${describeError(cause)}`}`);
  }
  log.info(`config: ${origin}`);
  return config;
}

/**
 * Stores the files of the build, unless they were stored before.
 * @param files the store of files; undefined when it cannot be opened
 */
export function storeBuildFiles(
  { filesText }: BuildConfig,
  files: Storage | undefined,
  storage: Storage | undefined,
  log: Log,
): void {
  if (filesText === undefined || files === undefined || storage === undefined) return;
  const result = provisionFiles(filesText, files, storage);
  if (result.outcome === "stored") log.info("files: those of this build were stored");
  if (result.outcome !== "rejected") return;
  log.warn("files: those of this build were not stored, or not all of them");
  for (const line of problemLines(result.cause)) log.warn(line);
}

/** Without the store, for this run. */
function builtIn({ layers, deviceText }: BuildConfig, log: Log): Config {
  const text = deviceText === undefined ? [] : [{ name: "config of this build", text: deviceText }];
  const config = loadConfig([...layers, ...text]);
  log.info("config: the one of this build, for this run");
  return config;
}
