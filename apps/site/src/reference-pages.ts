import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DefaultTheme } from 'vitepress';

/** Folders of TypeDoc with their headings, in the order in which the sidebar lists them. */
const kinds = {
  functions: 'Functions',
  classes: 'Classes',
  variables: 'Values',
  interfaces: 'Interfaces',
  'type-aliases': 'Types',
};

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
  const members = Object.entries(kinds)
    .filter(([kind]) => names.includes(kind))
    .map(([kind, text]) => ({
      text,
      items: readdirSync(join(folder, kind))
        .sort()
        .map((file) => ({
          text: file.slice(0, -3),
          link: `${address}${kind}/${file.slice(0, -3)}`,
        })),
    }));
  const entries = names
    .filter((name) => !(name in kinds))
    .sort((a, b) => Number(b === 'index') - Number(a === 'index'));
  return [
    ...members,
    ...entries.flatMap((name) => {
      const items = groups(join(folder, name), `${address}${name}/`);
      return name === 'index' ? items : [{ text: `Entry /${name}`, items }];
    }),
  ];
}
