/** The program that has `mqtt-packet` in it: the codec alone, without a client. */

import "./node-globals.js";
import { Buffer } from "node:buffer";
import mqttPacket from "mqtt-packet";
import type { Message } from "../../../../src/mqtt/message.js";
import type { TransportHandler } from "../../../../src/mqtt/ports.js";
import type { ReceiveWork, SendWork, Work } from "../../work.js";
import { TOPIC } from "../../work.js";
import type { Contestant } from "../bench.js";
import { serve } from "../bench.js";
import { payloadOf } from "../driver.js";
import { PublishPackets } from "../packets.js";
import type { Stubs } from "../stubs.js";

function makeGenerator({ transport }: Stubs, work: SendWork): Contestant {
  const payload = Buffer.from(payloadOf(work.payloadLength));
  return {
    client: {
      publish(_message: Message): void {
        transport.write(
          mqttPacket.generate({
            cmd: "publish",
            topic: TOPIC,
            payload,
            qos: work.qos,
            messageId: 1,
            retain: false,
            dup: false,
          }),
        );
      },
    },
    get messages() {
      return transport.writes;
    },
    pending: 0,
  };
}

/** It is given a Buffer, as Node's sockets would. */
function makeParser({ counter, transport }: Stubs, work: ReceiveWork): Contestant {
  const parser = mqttPacket.parser({ protocolVersion: 4 });
  const { byteLength } = new PublishPackets(TOPIC, payloadOf(work.payloadLength), work.qos, 1);
  const buffer = Buffer.alloc(byteLength);
  parser.on("packet", (packet) => {
    if (packet.cmd !== "publish") throw new Error(`parsed ${packet.cmd}`);
    counter.calls += 1;
    counter.messages += 1;
    counter.bytes += packet.payload.length;
  });
  const handler: TransportHandler = {
    onReadable() {
      transport.read(buffer);
      parser.parse(buffer);
    },
    onWritable() {},
    onError() {},
  };
  transport.open({ host: "", port: 1 }, handler);
  return {
    client: { publish() {} },
    get messages() {
      return counter.messages;
    },
    pending: 0,
  };
}

function makePacket(stubs: Stubs, work: Work): Contestant {
  if (work.type === "connect") throw new Error("a codec does not connect");
  return work.type === "send" ? makeGenerator(stubs, work) : makeParser(stubs, work);
}

serve(makePacket);
