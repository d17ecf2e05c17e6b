/** A server that writes down what a client sends, and answers what one read has brought with one write. */

import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import type { Packet } from "mqtt-packet";
import mqttPacket from "mqtt-packet";

export class RecordingServer {
  readonly port: number;
  /** Sent by the client: names of packets as they came, such as `publish`. */
  readonly packets: string[] = [];
  byteLength = 0;
  #socket: Socket | undefined;

  static async start(): Promise<RecordingServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const recording = new RecordingServer((server.address() as AddressInfo).port);
    server.on("connection", (socket) => recording.#serve(socket));
    return recording;
  }

  private constructor(port: number) {
    this.port = port;
  }

  /** Sends packets in one piece. */
  send(packets: readonly Packet[]): void {
    this.#socket?.write(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet))));
  }

  #serve(socket: Socket): void {
    this.#socket = socket.setNoDelay(true);
    const parser = mqttPacket.parser({ protocolVersion: 4 });
    let answers: Packet[] = [];
    parser.on("packet", (packet) => {
      this.packets.push(packet.cmd);
      const answer = answerTo(packet);
      if (answer !== undefined) answers.push(answer);
    });
    socket.on("data", (bytes: Buffer) => {
      this.byteLength += bytes.length;
      parser.parse(bytes);
      if (answers.length > 0) this.send(answers);
      answers = [];
    });
    socket.on("error", () => socket.destroy());
  }
}

function answerTo(packet: Packet): Packet | undefined {
  const { messageId = 0 } = packet;
  switch (packet.cmd) {
    case "connect":
      return { cmd: "connack", returnCode: 0, sessionPresent: false };
    case "subscribe":
      return { cmd: "suback", messageId, granted: packet.subscriptions.map(({ qos }) => qos) };
    case "publish":
      if (packet.qos === 0) return undefined;
      return { cmd: packet.qos === 1 ? "puback" : "pubrec", messageId };
    case "pubrec":
      return { cmd: "pubrel", messageId };
    case "pubrel":
      return { cmd: "pubcomp", messageId };
    case "pingreq":
      return { cmd: "pingresp" };
    default:
      return undefined;
  }
}
