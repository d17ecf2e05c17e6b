/** mosquitto_sub with a session that collects what the broker routes while it is away. */

import { setTimeout as sleep } from "node:timers/promises";
import type { SoakWitness } from "../../host-sim/soak/real-soak.js";
import type { Mosquitto } from "../../test/support/mosquitto.js";
import type { MosquittoSubscriber } from "../../test/support/mosquitto-clients.js";
import { mosquittoPub, mosquittoSub } from "../../test/support/mosquitto-clients.js";

const LIMIT = 60_000;
const END_TOPIC = "soak/end";
/** As mosquitto_sub prints it. */
const END = `> 0 2 656e64 ${END_TOPIC}\n`;

export class MosquittoWitness implements SoakWitness {
  readonly #broker: Mosquitto;
  #topicNames: readonly string[] = [];

  constructor(broker: Mosquitto) {
    this.#broker = broker;
  }

  async subscribe(topicNames: readonly string[]): Promise<void> {
    this.#topicNames = [...topicNames, END_TOPIC];
    await (await this.#connect()).stop();
  }

  async collect(visit: (topicName: string, payload: string) => void): Promise<void> {
    const { port } = this.#broker;
    await mosquittoPub({ port, topic: END_TOPIC, message: "end", qos: 2 });
    const subscriber = await this.#connect();
    const deadline = performance.now() + LIMIT;
    while (!subscriber.output.includes(END)) {
      if (performance.now() > deadline) throw new Error(`the witness is not done within ${LIMIT} ms`);
      await sleep(50);
    }
    await subscriber.stop();
    for (const { topicName, text } of subscriber.messages) {
      if (topicName !== END_TOPIC) visit(topicName, text);
    }
  }

  #connect(): Promise<MosquittoSubscriber> {
    return mosquittoSub({
      port: this.#broker.port,
      topics: this.#topicNames,
      qos: 2,
      clientIdentifier: "soak-witness",
      persistent: true,
    });
  }
}
