import { nextMessage, startChild } from "./node/child.js";
const [, , s = "reed", dir = "publish", q = "0", reps = "8"] = process.argv;
const child = startChild("prompt-server-process.js", []);
const port = await nextMessage<number>(child);
const c = startChild("client-process.js", [s], { nodeOptions: ["--cpu-prof", "--cpu-prof-interval", "100", `--cpu-prof-dir=/tmp/wt/prof/p-${s}-${dir}-${q}`] });
const ask = async (o: unknown) => { const a = nextMessage<{ cost: { milliseconds: number; cpuMicroseconds: number; count: number } }>(c); c.send(o as object); return a; };
await ask({ type: "connect", port });
const qos = Number(q);
for (let k = 0; k < Number(reps); k++) {
  const count = [300000, 100000, 50000][qos] as number;
  let a = await ask({ type: dir, qos, count });
  if (dir === "receive") { const n = nextMessage<typeof a>(c); child.send({ subject: s, qos, count }); a = await n; }
  if (k === Number(reps) - 1) console.log(s, dir, qos, (a.cost.count / a.cost.milliseconds * 1000).toFixed(0), (a.cost.cpuMicroseconds / a.cost.count).toFixed(2));
}
const x = new Promise((r) => c.once("exit", r)); c.disconnect(); await x; child.disconnect();
