/** The little of SVG that charts are made of: elements, text, and colours for light and dark pages. */

export type Attributes = Readonly<Record<string, string | number>>;

/** Sizes of text in px. */
export const TITLE_SIZE = 15;
export const TEXT_SIZE = 12;

/** What a page in the dark changes is the second of each pair. */
const COLOURS = {
  page: ["#ffffff", "#0d1117"],
  text: ["#1f2328", "#e6edf3"],
  muted: ["#59636e", "#9198a1"],
  axis: ["#818b98", "#656c76"],
  grid: ["#d9dee4", "#2b3138"],
} as const;

/** Told apart with colour blindness too (Okabe and Ito's, in a light and a dark variant). */
const SERIES = [
  ["#0072b2", "#4ba3e3"],
  ["#d55e00", "#ff8a47"],
  ["#009e73", "#35c497"],
  ["#b3619a", "#dd92c8"],
  ["#b98300", "#e6b34a"],
  ["#5b6570", "#aab4be"],
] as const;

export const SERIES_COLOURS = SERIES.length;

/** Coordinates to a tenth of a px, so that the same figures give the same document everywhere. */
function attribute(value: string | number): string {
  return typeof value === "string" ? escapeXml(value) : `${Math.round(value * 10) / 10 + 0}`;
}

export function element(name: string, attributes: Attributes, content = ""): string {
  const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
  const start = `<${name}${list.join("")}`;
  return content === "" ? `${start}/>` : `${start}>${content}</${name}>`;
}

export function text(words: string, attributes: Attributes): string {
  return element("text", attributes, escapeXml(words));
}

/** How wide `words` are, about: fonts differ. */
export function textWidth(words: string, size = TEXT_SIZE): number {
  return words.length * size * 0.58;
}

export function escapeXml(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replace(/\p{Cc}/gu, " ");
}

/** A document with a page of its own colour, so that it can be read whatever the page around it is like. */
export function svgDocument(title: string, width: number, height: number, parts: readonly string[]): string {
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<style>${style()}</style>`,
    element("rect", { class: "page", width, height, rx: 6 }),
    ...parts,
    "</svg>",
  ];
  return `${lines.join("\n")}\n`;
}

function style(): string {
  const base = [
    `text{font:${TEXT_SIZE}px system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}`,
    `.title{font-size:${TITLE_SIZE}px;font-weight:600}`,
    ".line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}",
    ".point{stroke-width:1.5}",
    ".value{stroke-width:3;stroke-linejoin:round;paint-order:stroke}",
  ];
  return `\n${[...base, ...colours(0)].join("\n")}\n@media (prefers-color-scheme:dark){\n${colours(1).join("\n")}\n}\n`;
}

function colours(theme: 0 | 1): string[] {
  const { page, text: words, muted, axis, grid } = COLOURS;
  return [
    `.page{fill:${page[theme]}}`,
    `text{fill:${words[theme]}}`,
    `.muted{fill:${muted[theme]}}`,
    `.axis{stroke:${axis[theme]}}`,
    `.grid{stroke:${grid[theme]}}`,
    `.point,.value{stroke:${page[theme]}}`,
    ...SERIES.map((pair, index) => `.s${index}{stroke:${pair[theme]}} .f${index}{fill:${pair[theme]}}`),
  ];
}
