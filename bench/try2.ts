import { nextMessage, startChild } from "./node/child.js";
const child = startChild("prompt-server-process.js", []);
const port = await nextMessage<number>(child);
for (const s of (process.argv[2] ?? "reed,mqttjs,socket").split(",")) {
  const c = startChild("client-process.js", [s]);
  const ask = async (o: unknown) => { const a = nextMessage<{ cost: { milliseconds: number; cpuMicroseconds: number; count: number } }>(c); c.send(o as object); return a; };
  await ask({ type: "connect", port, clientIdentifier: s });
  for (const dir of ["publish", "receive"]) for (const qos of [0, 1, 2]) for (let k = 0; k < 3; k++) {
    const count = [100000, 40000, 20000][qos] as number;
    let a = await ask({ type: dir, qos, count });
    if (dir === "receive") { const n = nextMessage<typeof a>(c); child.send({ subject: s, qos, count }); a = await n; }
    console.log(s, dir, qos, (a.cost.count / a.cost.milliseconds * 1000).toFixed(0), (a.cost.cpuMicroseconds / a.cost.count).toFixed(2));
  }
  c.disconnect();
}
child.disconnect();
