import { startBroker } from "./node/broker.js";
import { nextMessage, startChild } from "./node/child.js";
const broker = await startBroker(20);
for (const s of (process.argv[2] ?? "reed,mqttjs,socket").split(",")) console.log(s, await nextMessage(startChild("crowd-process.js", [s, String(broker.port), "1000"], { nodeOptions: ["--expose-gc"] })));
broker.stop();
