/** As much of an XML parser as it takes to see whether the documents of the benchmarks are well-formed. */

const TOKEN = /<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w:-]*="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
const REFERENCE = /&(?!(?:amp|lt|gt|quot|apos);)/;

/** Throws an `Error` that says what is wrong, and where. */
export function checkWellFormed(document: string): void {
  const open: string[] = [];
  let roots = 0;
  for (let at = 0; at < document.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(document);
    if (found === null) throw new Error(`no markup and no text: ${document.slice(at, at + 60)}`);
    const [token, isEnd, name = "", attributes = "", isEmpty] = found;
    if (REFERENCE.test(token)) throw new Error(`a bare ampersand: ${token}`);
    const names = [...attributes.matchAll(/([\w:-]+)="/g)].map((match) => match[1]);
    if (new Set(names).size < names.length) throw new Error(`an attribute twice: ${token}`);
    if (name === "") continue;
    if (isEnd === "/") {
      const expected = open.pop();
      if (expected !== name) throw new Error(`</${name}> where </${expected}> belongs`);
    } else if (isEmpty !== "/") {
      if (open.length === 0) roots += 1;
      open.push(name);
    }
  }
  if (open.length > 0 || roots !== 1) throw new Error(`not closed: ${open.join(", ")}; ${roots} roots`);
}
