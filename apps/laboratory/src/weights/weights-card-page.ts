import { existsSync, readFileSync } from 'node:fs';
import type { WeightsCard } from '@hrm/weights';

const begin = '<!-- Written by `hrm-lab publish-weights`, up to the end mark. -->';
const end = '<!-- End. -->';

const percentOf = (count: number) => (solved: number) => `${Math.round((1000 * solved) / count) / 10}%`;

/** The figures of a card as Markdown. */
export function figuresOfCard(card: WeightsCard): string {
  const { parameters, precision, bytes, sha256, step, steps, seed, figures } = card;
  const hasExact = figures.some(({ exact }) => exact);
  const rows = figures.map(({ puzzles, count, segments, solved, exact, halted }) => {
    const share = percentOf(count);
    const stopped = `${share(halted.solved)} in ${halted.segments}`;
    const shares = [...(hasExact ? [exact ?? []] : []), solved].map((counts) => counts.map(share).join('; '));
    return `| ${[puzzles, count, segments, ...shares, stopped].join(' | ')} |`;
  });
  const state = step === steps ? `${step} steps` : `a checkpoint at step ${step} of ${steps}`;
  return [
    begin,
    '',
    `${card.solves}. ${parameters} parameters in ${precision}, ${bytes} bytes, seed ${seed}, ${state}. SHA-256:`,
    `\`${sha256}\`.`,
    '',
    hasExact
      ? '| puzzles | count | segments | exact | valid | valid where it halts |'
      : '| puzzles | count | segments | solved | solved where it halts |',
    `|${' --- |'.repeat(hasExact ? 6 : 5)}`,
    ...rows,
    '',
    end,
  ].join('\n');
}

/** A card with its figures replaced; a new card if there is none. */
export function weightsCardPage(path: string, name: string, card: WeightsCard): string {
  const figures = figuresOfCard(card);
  if (!existsSync(path)) return `# ${name}\n\n${figures}\n\nData, recipe, machine and limits: to be written.\n`;
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} lacks the marks of its figures: ${begin} and ${end}`);
  return page.slice(0, from) + figures + page.slice(to + end.length);
}
