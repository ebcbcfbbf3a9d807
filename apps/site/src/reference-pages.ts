import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';

/** Folders of TypeDoc, in the order in which the sidebar lists them. */
const kinds = ['functions', 'classes', 'interfaces', 'type-aliases', 'variables'];

/** For each package the sidebar of its reference, whose pages TypeDoc has written into docs/api. */
export function referenceSidebars(api: string): DefaultTheme.SidebarMulti {
  if (!existsSync(join(api, '@hrm')))
    throw new Error(`${api} is missing. \`npm run docs\` writes it and builds the site.`);
  const packages = readdirSync(join(api, '@hrm')).sort();
  return Object.fromEntries(
    packages.map((name) => {
      const address = `/api/@hrm/${name}/`;
      const heading = [
        { text: 'All packages', link: '/api/' },
        { text: `About @hrm/${name}`, link: `/packages/${name}` },
      ];
      return [
        address,
        [...heading, { text: `@hrm/${name}`, link: address }, ...groups(join(api, '@hrm', name), address)],
      ];
    }),
  );
}

function groups(folder: string, address: string): DefaultTheme.SidebarItem[] {
  const subfolders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = subfolders.map(({ name }) => name);
  const entries = names
    .filter((name) => !kinds.includes(name))
    .map((name) => ({
      text: name === 'index' ? 'Main entry' : `Entry ${name}`,
      collapsed: name !== 'index',
      items: groups(join(folder, name), `${address}${name}/`),
    }));
  const members = kinds
    .filter((kind) => names.includes(kind))
    .flatMap((kind) =>
      readdirSync(join(folder, kind))
        .sort()
        .map((file) => ({
          text: file.slice(0, -3),
          link: `${address}${kind}/${file.slice(0, -3)}`,
        })),
    );
  return [...members, ...entries];
}
