import type { NodeResult } from "./section.js";
export function nodeText(r: NodeResult): string {
  return JSON.stringify(r);
}
export function nodeMarkdown(_r: NodeResult): string {
  return "";
}
export function nodeCharts(_r: NodeResult): Record<string, string> {
  return {};
}
