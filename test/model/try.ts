import { explore } from "./explorer.js";
import { SCOPES } from "./scopes.js";
const limit = Number(process.argv[2] ?? 100000);
let total = 0;
for (const scope of SCOPES) {
  const t = Date.now();
  try { const r = explore(scope, limit); total += r.transitions; console.log(scope.name, JSON.stringify(r), Date.now() - t, "ms"); } catch (e) { console.log((e as Error).name === "Counterexample" ? (e as Error).message : (e as Error).stack, Date.now() - t); }
}
console.log(total);
