/** The broker behind the link: mosquitto where it is installed, or else aedes inside this process. */

import { EmbeddedBroker } from "../../host-sim/broker/embedded-broker.js";
import { isMosquittoInstalled, startMosquitto } from "../mosquitto.js";

export interface Broker {
  /** With its version, if it tells one. */
  readonly name: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Resolves when it accepts connections. */
export async function startBroker(): Promise<Broker> {
  if (!isMosquittoInstalled()) {
    const broker = await EmbeddedBroker.start();
    return { name: "aedes, as mosquitto is not installed", port: broker.port, stop: () => broker.stop() };
  }
  const { version, port, stop } = await startMosquitto({ config: ["set_tcp_nodelay true"] });
  return { name: `mosquitto ${version}`, port, stop };
}
