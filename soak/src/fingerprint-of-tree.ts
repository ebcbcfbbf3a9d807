import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** One number for all that is in a folder: names, kinds, contents, where links lead. @param except a folder left out. */
export function fingerprintOfTree(folder: string, except: string): string {
  const hash = createHash('sha256');
  const visit = (place: string) => {
    for (const name of readdirSync(place).sort()) {
      const path = join(place, name);
      if (path === except) continue;
      const facts = lstatSync(path);
      const kind = facts.isSymbolicLink() ? 'link' : facts.isDirectory() ? 'folder' : facts.isFile() ? 'file' : 'other';
      hash.update(`${path}\0${kind}\0`);
      if (kind === 'link') hash.update(readlinkSync(path));
      if (kind === 'file') hash.update(readFileSync(path));
      if (kind === 'folder') visit(path);
    }
  };
  visit(folder);
  return hash.digest('hex');
}
