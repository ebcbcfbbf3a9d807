import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Report } from '@hrm/ui/run-record';

/** The page without a report, which the build copies next to the command. */
const template = fileURLToPath(new URL('./run-page.html', import.meta.url));

const MARK = '<meta name="generator" content="hrm report" />';
const PLACE = /(<script id="report" type="application\/json">)\s*null\s*(<\/script>)/;

/** The most characters of a report. With more, it shows fewer puzzles. */
const LARGEST = 1_900_000;

/** Whether a text is a report of ours, which may be replaced. */
export const isReport = (text: string): boolean => text.startsWith('<!doctype html>') && text.includes(MARK);

/** The report with half of the puzzles that it shows. */
const withFewerPuzzles = ({ runs, ...report }: Report): Report => ({
  ...report,
  runs: runs.map(({ examination, ...run }) => ({
    ...run,
    examination: examination && {
      ...examination,
      shown: examination.shown.slice(0, Math.floor(examination.shown.length / 2)),
    },
  })),
});

/** Writes a report as one page that needs no other file. @throws Error if the page is not built. */
export function reportPage(report: Report): string {
  const page = readTemplate();
  // JSON in a script ends at no tag.
  const json = JSON.stringify(report).replaceAll('<', '\\u003c');
  const hasPuzzles = report.runs.some(({ examination }) => (examination?.shown.length ?? 0) > 0);
  if (page.length + json.length > LARGEST && hasPuzzles) return reportPage(withFewerPuzzles(report));
  if (!PLACE.test(page)) throw new Error(`${template} has no place for a report; build it again: npm run build`);
  return page.replace(PLACE, (_, start: string, end: string) => start + json + end);
}

function readTemplate(): string {
  if (!existsSync(template)) throw new Error(`${template} is missing; build it: npm run build`);
  return readFileSync(template, 'utf8');
}

/** The page for runs that are followed: it has no report, and asks the server that it is from for events. */
export function livePage(): { html: string; headers: Readonly<Record<string, string>> } {
  const page = readTemplate();
  const meta = /<meta http-equiv="Content-Security-Policy" content="([^"]*)" \/>/;
  const policy = `${meta.exec(page)![1]!}; connect-src 'self'; frame-ancestors 'none'`;
  return {
    html: page.replace(meta, ''),
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy },
  };
}
