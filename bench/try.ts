import { writeFileSync } from "node:fs";
import { nodeSection } from "./node/section.js";
const r = await nodeSection.run((l) => console.log(l));
for (const k of ["oneCore", "free", "prompt"] as const) { console.log(k); for (const x of r[k] ?? []) console.log(" ", x.direction, x.qos, x.subject.padEnd(7), x.messagesPerSecond.toFixed(0).padStart(8), x.cpuMicroseconds.toFixed(2).padStart(7), ((x.serverLoad ?? 0) * 100).toFixed(0)); }
console.log(r.crowd.footprints, r.codec, r.ranOn);
writeFileSync("/tmp/wt/node-result.json", JSON.stringify(r, null, 1));
