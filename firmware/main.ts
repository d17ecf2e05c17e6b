/**
 * The firmware's entry: makes the ports out of the modules of the Moddable SDK and hands them to the board.
 *
 * What the casts say the modules are is what SDK 8.2.3 has; its typings, and those on npm, lack some of it. `types/`
 * has what they lack altogether.
 */

/// <reference path="../types/crypt.d.ts" />
/// <reference path="../types/flash.d.ts" />
/// <reference path="../types/sensor.d.ts" />

import Resource from "Resource";
import Analog from "embedded:io/analog";
import Digital from "embedded:io/digital";
import I2C from "embedded:io/i2c";
import TCP from "embedded:io/socket/tcp";
import UDP from "embedded:io/socket/udp";
import WiFi from "embedded:network/interface/wifi";
import SHT3x from "embedded:sensor/Humidity-Temperature/SHT3x";
import flash from "embedded:storage/flash";
import keyValue from "embedded:storage/key-value";
import { BlockCipher, Digest, GHASH, Mode } from "crypt";
import EC from "ec";
import config from "mc/config";
import Modular from "modular";
import Mont from "mont";
// biome-ignore lint/style/useNodejsImportProtocol: the SDK's module, not Node's
import Net from "net";
import RNG from "rng";
import Time from "time";
import Timer from "timer";
import type { Clock, Flash, Storage } from "../src/mqtt/ports.js";
import type { Crypto } from "../src/transport/crypto/crypto.js";
import { LayeredTransportProvider } from "../src/transport/layered-transport.js";
import { OwnTls } from "../src/transport/own-tls.js";
import type { Log } from "./apps/io.js";
import { describeError } from "./apps/log-text.js";
import { Board } from "./platform/board.js";
import { readBuildConfig } from "./platform/build-config.js";
import type { AnalogConstructor, I2cConstructor } from "./platform/climate-elements.js";
import { ClimateElements } from "./platform/climate-elements.js";
import type { ResourceConstructor } from "./platform/device-files.js";
import { DeviceFiles } from "./platform/device-files.js";
import { DeviceTimers } from "./platform/device-timers.js";
import type { DigitalConstructor } from "./platform/digital-pins.js";
import { DigitalPins } from "./platform/digital-pins.js";
import type { FromString } from "./platform/engine-text.js";
import { EngineText } from "./platform/engine-text.js";
import { gatherEntropy } from "./platform/entropy.js";
import type { KeyValueDomain } from "./platform/key-value-store.js";
import { KeyValueStore } from "./platform/key-value-store.js";
import { ModdableArithmetic } from "./platform/moddable-arithmetic.js";
import { ModdableCrypto } from "./platform/moddable-crypto.js";
import { hmacOf } from "./platform/moddable-hash.js";
import { MonotonicClock } from "./platform/monotonic-clock.js";
import { PartitionFlash } from "./platform/partition-flash.js";
import { RandomBytes } from "./platform/random-bytes.js";
import { shiftedRandom } from "./platform/shifted-random.js";
import type { Resolve, TcpConstructor } from "./platform/tcp-transport.js";
import { TcpTransportProvider } from "./platform/tcp-transport.js";
import type { UdpConstructor } from "./platform/time-of-day.js";
import { TraceLog } from "./platform/trace-log.js";
import type { WifiConstructor } from "./platform/wifi-keeper.js";

/** Domains of the key-value storage; at most 15 characters. */
const CONFIG_DOMAIN = "reed";
const FILES_DOMAIN = "reed.files";

/** The partition that the SDK makes for `file.partition` in manifest.json: 64 KB, where events and sessions survive. */
const MESSAGES_PARTITION = "storage";

/** Called by the SDK once everything is loaded. */
export default function main(): void {
  const clock = new MonotonicClock(Time);
  const timers = new DeviceTimers(Timer);
  const log = new TraceLog(trace, clock);
  // The SDK's resolvers give one address at most.
  const resolve: Resolve = (host, callback) =>
    Net.resolve(host, (_host, address) => callback(address === undefined ? [] : [address]));
  const build = readBuildConfig(config);
  const { earliest } = build;
  const files = openStorage(FILES_DOMAIN, log);
  const crypto = openCrypto(clock);
  const tls = new OwnTls({
    crypto,
    timers,
    files: new DeviceFiles({ store: files, Resource: Resource as unknown as ResourceConstructor, log }),
    // The time of day is put there when it is learnt.
    wallClock: () => (Date.now() < earliest ? undefined : Date.now()),
    earliest,
  });
  const network = new TcpTransportProvider({ TCP: TCP as unknown as TcpConstructor, resolve, timers });
  const board = new Board({
    clock,
    timers,
    log,
    resolve,
    random: shiftedRandom(Math.random, Date.now()),
    text: new EngineText(ArrayBuffer as unknown as FromString),
    pins: new DigitalPins(Digital as unknown as DigitalConstructor),
    transport: new LayeredTransportProvider({ network, timers, crypto, tls }),
    storage: openStorage(CONFIG_DOMAIN, log),
    files,
    ...openFlash(log),
    climate: new ClimateElements({
      I2C: I2C as unknown as I2cConstructor,
      SHT3x,
      Analog: Analog as unknown as AnalogConstructor,
    }),
    WiFi: WiFi as unknown as WifiConstructor,
    UDP: UDP as unknown as UdpConstructor,
    systemTime: () => Date.now(),
    setSystemTime: (time) => Time.set(Math.round(time / 1000)),
  });
  board.boot(build);
}

/** Undefined when it cannot be opened, as with a damaged flash: the device then runs on what it was built with. */
function openStorage(domain: string, log: Log): Storage | undefined {
  try {
    return new KeyValueStore(keyValue.open({ path: domain }) as unknown as KeyValueDomain);
  } catch (error) {
    log.error(`the storage ${domain} cannot be opened: ${describeError(error)}`);
    return undefined;
  }
}

/** Without it events wait in RAM. */
function openFlash(log: Log): { readonly flash?: Flash } {
  try {
    return { flash: new PartitionFlash(flash.open({ path: MESSAGES_PARTITION })) };
  } catch (error) {
    log.error(`the partition ${MESSAGES_PARTITION} cannot be opened: ${describeError(error)}`);
    return {};
  }
}

function openCrypto(clock: Clock): Crypto {
  const sources = {
    random: Math.random,
    RNG,
    clock,
    systemTime: () => Date.now(),
    mac: () => Net.get("MAC") as string | undefined,
  };
  const generator = new RandomBytes(
    (key, ...parts) => hmacOf(Digest, "SHA256", key, parts),
    () => gatherEntropy(sources),
  );
  const random = (byteLength: number): Uint8Array => generator.take(byteLength);
  return new ModdableCrypto({
    crypt: { BlockCipher, Digest, GHASH, Mode },
    arithmetic: new ModdableArithmetic({ EC, Modular, Mont }, random),
    random,
  });
}
