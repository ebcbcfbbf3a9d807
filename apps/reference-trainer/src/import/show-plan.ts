import { type ExampleTable, type ImportPlan, PAD_TOKEN } from '@hrm/data';
import type { Terminal } from '../terminal/terminal';

/** The most symbols and tokens on a line. */
const MOST = 60;
/** Examples that are shown. */
const SHOWN = 3;

const cut = (items: readonly string[], separator: string): string =>
  items.length <= MOST ? items.join(separator) : `${items.slice(0, MOST).join(separator)} ... (${items.length} in all)`;

/** The symbols and their tokens. */
function describeSymbols({ options, task }: ImportPlan<object>, isDeclared: boolean): string {
  const { alphabet, numbers, colors } = options as {
    alphabet?: string | readonly string[];
    numbers?: readonly [number, number];
    colors?: number;
  };
  if (alphabet !== undefined) {
    const isText = typeof alphabet === 'string';
    const what = `${isDeclared ? 'declared' : 'found'}, ${task.vocabSize - 1} ${isText ? 'characters' : 'words'}`;
    return `Alphabet (${what}; the first is token 1): ${cut(Array.from(alphabet), isText ? '' : ' ')}`;
  }
  if (numbers) return `Numbers ${numbers[0]} to ${numbers[1]} are tokens 1 to ${task.vocabSize - 1}.`;
  return `Colors 0 to ${colors! - 1} are tokens 2 to ${task.vocabSize - 1}; token 1 ends each row and column.`;
}

/** Says which tokens, lengths and padding a plan has. */
export function showPlan(
  plan: ImportPlan<object>,
  { kind, isDeclared }: { kind: 'tokens' | 'grid'; isDeclared: boolean },
  terminal: Terminal,
): void {
  const { task, longest, unseen, emptyAnswers } = plan;
  terminal.say(describeSymbols(plan, isDeclared));
  const sizes = kind === 'grid' ? 'Largest' : 'Longest';
  const ends = kind === 'grid' ? 'and has no loss' : 'and a model learns to write it after a shorter answer';
  terminal.say(
    `${sizes} question: ${longest.input}; ${sizes.toLowerCase()} answer: ${longest.output}. ` +
      `Each example has ${task.seqLen} tokens; token ${PAD_TOKEN} pads ${ends}.`,
  );
  if (emptyAnswers > 0) terminal.warn(`${emptyAnswers} answers are empty.`);
  if (unseen.length > 0) {
    terminal.warn(`only held-out examples have ${cut(unseen, ' ')}: a model cannot learn what training does not have.`);
  }
}

/** Shows the first examples as a model sees them: what their tokens mean, and the tokens. */
export function showExamples(
  { task, encode }: ImportPlan<object>,
  examples: ExampleTable,
  path: string,
  terminal: Terminal,
): void {
  const tokensOf = (tokens: ArrayLike<number>) => {
    const padded = new Int32Array(task.seqLen);
    padded.set(tokens);
    return cut(Array.from(padded, String), ' ');
  };
  const color = terminal.hasColors;
  for (let index = 0; index < Math.min(SHOWN, examples.length); index++) {
    const example = examples.at(index)!;
    const { input, output } = encode(example);
    const place = example.line === undefined ? path : `${path}:${example.line}`;
    terminal.say(`\n${place}${example.id === undefined ? '' : `, id ${example.id.slice(0, 40)}`}`);
    for (const [name, tokens, drawing] of [
      ['question', input, task.draw(input, { color })],
      ['answer', output, task.draw(input, { prediction: output, color })],
    ] as const) {
      terminal.show(
        /[\n\u001b]/.test(drawing) ? `${name}\n${drawing}` : `${name.padEnd(8)} ${cut(Array.from(drawing), '')}`,
      );
      terminal.say(`tokens   ${tokensOf(tokens)}`);
    }
  }
  terminal.say();
}
