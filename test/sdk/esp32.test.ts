/** The firmware for boards: compiled and linked by the SDK, as far as that goes without the ESP-IDF. */

import { describe, expect, test } from "vitest";
import {
  BUILD_TIMEOUT,
  linkForEsp32,
  MODDABLE,
  needsSdk,
  ownWarnings,
  preloadsOf,
  temporaryFolder,
} from "./support/sdk.js";

describe.skipIf(MODDABLE === undefined)(needsSdk("the firmware for ESP32 boards"), () => {
  test.each(["esp32", "esp32/esp32c3", "esp32/esp32s3"])(
    "%s: every module passes the SDK's type-check and is linked into flash, without a warning",
    (board) => {
      const build = linkForEsp32(temporaryFolder(), board);
      expect(ownWarnings(build)).toEqual([]);
      expect(preloadsOf(build)).toContain("firmware/main");
      expect(build.output).not.toContain("no modules match");
    },
    BUILD_TIMEOUT,
  );
});
