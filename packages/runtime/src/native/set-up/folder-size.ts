import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The size of all files below a folder in bytes. Files removed in the meantime do not count. */
export function folderSize(folder: string): number {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) bytes += folderSize(path);
      else if (entry.isFile()) bytes += statSync(path).size;
    }
  } catch {
    // Another process is changing the folder. The next call counts the rest.
  }
  return bytes;
}
