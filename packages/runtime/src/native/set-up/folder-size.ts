import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The bytes of all files under a folder. Files that vanish meanwhile count nothing. */
export function folderSize(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) bytes += folderSize(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
  } catch {
    // It is being written to by somebody else; the next look sees more.
  }
  return bytes;
}
