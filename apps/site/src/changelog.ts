import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Change {
  packages: string[];
  text: string;
}

/**
 * What has changed, as Markdown: first the changesets, which are not released yet, then the changelog of each package.
 * An entry with several packages stands under the first, and names the others.
 */
export function changelog(root: string): string {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  const released = [...packages, 'apps/reference-trainer']
    .map((folder) => join(root, folder, 'CHANGELOG.md'))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8').replace(/^#/gm, '##').trim());
  const changes = unreleasedChanges(join(root, '.changeset'));
  const names = [...new Set(changes.map(({ packages }) => packages[0]!))].sort();
  const sections = names.map((name) => {
    const entries = changes.filter(({ packages }) => packages[0] === name);
    return `### ${name}\n\n${entries.map(listItem).join('\n')}`;
  });
  return ['## Not released yet', ...sections, ...released].join('\n\n') + '\n';
}

function unreleasedChanges(folder: string): Change[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .sort()
    .map((file) => {
      const parts = /^---\n([^]*?)\n---\n([^]*)$/.exec(readFileSync(join(folder, file), 'utf8'));
      if (!parts) throw new Error(`.changeset/${file}: expected packages between two lines of ---, then a text`);
      const packages = Array.from(parts[1]!.matchAll(/^['"]?(@?[\w/-]+)['"]?:/gm), ([, name]) => name!);
      return { packages, text: parts[2]!.trim() };
    })
    .sort((a, b) => Number(b.text.startsWith('First release')) - Number(a.text.startsWith('First release')));
}

function listItem({ packages: [, ...others], text }: Change): string {
  const also = others.length > 0 ? ` (also ${others.map((name) => `\`${name}\``).join(', ')})` : '';
  return `- ${text.replaceAll('\n', '\n  ')}${also}`;
}
