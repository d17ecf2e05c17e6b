/**
 * Small files in which the stand-ins of the Linux simulator keep what a board has in hardware. They are in the folder
 * that `mcconfig … folder=…` names, else where the SDK's module `file` has its root.
 */

import { File } from "file";
import config from "mc/config";

export function pathOf(name: string): string {
  const { folder, file } = config as { readonly folder?: string; readonly file: { readonly root: string } };
  return folder === undefined ? `${file.root}reed-${name}` : `${folder}/${name}`;
}

/** What is in the file `name`, without surrounding white space, or undefined when there is none. */
export function readText(name: string): string | undefined {
  const path = pathOf(name);
  if (!File.exists(path)) return undefined;
  const file = new File(path);
  try {
    return file.length === 0 ? "" : file.read(String).trim();
  } finally {
    file.close();
  }
}
