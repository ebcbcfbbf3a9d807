/** Puts the figures of figures/*.json into the table of docs/reliability.md, between its two marks. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository, soakFolder } from '../src/soak-folder';

interface RecordedFigures {
  readonly name: string;
  readonly held: boolean;
  readonly summary: string;
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly seconds: number;
}

const folder = join(soakFolder, 'figures');
const names = readdirSync(folder).filter((name) => name.endsWith('.json')).sort(); // prettier-ignore
const figures = names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as RecordedFigures);
const rows = figures.map(
  ({ name, held, summary, date, seconds }) =>
    `| ${name} | ${summary} | ${held ? 'held' : '**not held**'} | ${date}, ${seconds} s |`,
);
const machines = [...new Set(figures.map(({ machine, node }) => `${machine}, Node ${node.slice(1)}`))].join('; ');
const table = `| \`npm run soak\` | found | | when, how long |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n\nOn ${machines}, beside other work.`;

const path = join(repository, 'docs/reliability.md');
const [begin, end] = ['<!-- figures -->', '<!-- /figures -->'];
const text = readFileSync(path, 'utf8');
const [from, to] = [text.indexOf(begin), text.indexOf(end)];
if (from < 0 || to < from) throw new Error(`${path} has no ${begin} ... ${end}`);
writeFileSync(path, `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`);
console.log(`${figures.length} figures put into ${path}; now: pnpm format`);
