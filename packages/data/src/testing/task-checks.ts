import { buildDataset } from '../layout/build-dataset';
import { SeededRandom } from '../seeded-random';
import type { TaskExample } from '../tasks/task';
import type { TaskSubject } from './task-subject';

/** A requirement on every task. */
export interface TaskCheck {
  /** The requirement: a sentence without its subject, which is the task. */
  readonly title: string;
  /** Whether the check applies. Default: always. */
  applies?(subject: TaskSubject): boolean;
  /** Throws unless the task meets the requirement. */
  check(subject: TaskSubject): void;
}

type Tokens = ArrayLike<number>;

function expect(valid: boolean, what: () => string): void {
  if (!valid) throw new Error(what());
}

/** The tokens without padding at their end, as text. */
const shown = (tokens: Tokens) =>
  `[${Array.from(tokens)
    .join(' ')
    .replace(/( 0)+$|^0( 0)*$/, '')}]`;

/** Throws unless both are the same tokens, up to padding at their end. */
const expectSame = (got: Tokens, expected: Tokens, what: string) =>
  expect(shown(got) === shown(expected), () => `${what}: expected ${shown(expected)}, got ${shown(got)}`);

const augmented = (subject: TaskSubject, { input, output }: TaskExample, seed: number) => {
  const example = { input: subject.padded(input), output: subject.padded(output) };
  subject.task.augment!(example.input, example.output, new SeededRandom(seed));
  return example;
};

/** All requirements on a task. `describeTask` tests each. */
export const taskChecks: readonly TaskCheck[] = [
  {
    title: 'encodes the text that it decodes a question into, on one line',
    check: ({ task, examples }) => {
      for (const { input } of examples) {
        const text = task.decode(input);
        expect(!text.includes('\n'), () => `decode: expected one line, got ${JSON.stringify(text)}`);
        expectSame(task.encode(text), input, `encode(${JSON.stringify(text)})`);
      }
    },
  },
  {
    title: 'reads all questions of a file, each with its line',
    check: ({ task, examples }) => {
      const found = [...task.readLines(examples.map(({ input }) => task.decode(input)))];
      expect(
        found.length === examples.length,
        () => `readLines: ${found.length} of ${examples.length} lines were read`,
      );
      found.forEach(({ line, question }, index) => {
        expect(line === index + 1, () => `readLines: the question of line ${index + 1} says line ${line}`);
        expectSame(question, examples[index]!.input, `readLines: line ${line}`);
      });
    },
  },
  {
    title: 'has examples of its length and vocabulary',
    check: ({ task, examples }) => void buildDataset(examples, task),
  },
  {
    title: 'generates the same examples from the same seed, none of them twice or excluded',
    applies: ({ canGenerate }) => canGenerate,
    check: (subject) => {
      const { task } = subject;
      const examples = subject.generate(5, 1);
      const inWords = (all: readonly TaskExample[]) =>
        all.map(({ input, output }) => shown(input) + shown(output)).join();
      expect(inWords(subject.generate(5, 1)) === inWords(examples), () => 'generate: equal seeds gave other examples');
      const others = subject.generate(5, 1, examples);
      const classes = [...examples, ...others].map(({ input }) => task.puzzleClass(input));
      expect(new Set(classes).size === 10, () => 'generate: an example occurs twice, or was excluded');
    },
  },
  {
    title: 'finds no flaw in the question of an example',
    check: ({ task, examples }) => {
      for (const { input } of examples) {
        const { flaw, answer } = task.examine(input);
        expect(flaw === undefined, () => `examine(${shown(input)}): ${flaw}`);
        const verdict = answer && task.verify?.(input, answer);
        expect(verdict?.valid !== false, () => `examine(${shown(input)}): its answer is wrong: ${verdict?.reason}`);
      }
    },
  },
  {
    title: 'verifies the answer of an example, and refuses an empty one, with a reason',
    applies: ({ task }) => task.verify !== undefined,
    check: ({ task, examples }) => {
      for (const { input, output } of examples) {
        const { valid, reason } = task.verify!(input, output);
        expect(valid, () => `verify(${shown(input)}, ${shown(output)}): its own answer is wrong: ${reason}`);
        const empty = task.verify!(input, []);
        expect(!empty.valid && Boolean(empty.reason), () => `verify(${shown(input)}, []): expected a reason`);
      }
    },
  },
  {
    title: 'verifies and draws any prediction of a model',
    check: (subject) => {
      const { task, examples } = subject;
      for (const example of examples.slice(0, 5)) {
        const { input, output } = example;
        for (const prediction of subject.predictions(example)) {
          task.decode(prediction);
          task.draw(input, { prediction });
          task.draw(input, { prediction, answer: output, color: true });
          const { valid, wrongCells } = task.verify?.(input, prediction) ?? { valid: true, wrongCells: [] };
          const inRange = (cell: number) => Number.isInteger(cell) && cell >= 0 && cell < task.seqLen;
          expect(wrongCells.every(inRange), () => `verify: wrongCells ${wrongCells.join()} are not all in the puzzle`);
          expect(!valid || wrongCells.length === 0, () => 'verify: a right answer has wrong cells');
        }
      }
    },
  },
  {
    title: 'has a picture of each question and of any prediction, with rows of the same length',
    applies: ({ task }) => task.picture !== undefined,
    check: (subject) => {
      const { task, examples } = subject;
      for (const example of examples.slice(0, 5)) {
        for (const tokens of [example.input, ...subject.predictions(example)]) {
          const { rows } = task.picture!(tokens);
          const isEven = rows.every((row) => row.length === rows[0]!.length);
          expect(isEven, () => `picture(${shown(tokens)}): its rows have different lengths`);
        }
        expect(task.picture!(example.input).rows.length > 0, () => 'picture: a question has no rows');
      }
    },
  },
  {
    title: 'augments an example to an equivalent one that is right too, the same from the same seed',
    applies: ({ task }) => task.augment !== undefined,
    check: (subject) => {
      const { task, examples } = subject;
      examples.forEach((example, seed) => {
        const { input, output } = augmented(subject, example, seed);
        buildDataset([{ input, output }], task);
        const again = augmented(subject, example, seed);
        expectSame(again.input, input, 'augment: with an equal seed');
        expectSame(again.output, output, 'augment: with an equal seed');
        const { flaw } = task.examine(input);
        expect(flaw === undefined, () => `augment: the question ${shown(input)} has a flaw: ${flaw}`);
        const verdict = task.verify?.(input, output);
        expect(verdict?.valid !== false, () => `augment: the answer of ${shown(input)} is wrong: ${verdict?.reason}`);
      });
    },
  },
  {
    title: 'has symmetries that change the question and turn its answer back, the same from the same seed',
    applies: ({ task }) => task.symmetry !== undefined,
    check: (subject) => {
      const { task, examples } = subject;
      examples.forEach(({ input, output }, seed) => {
        const draw = () => task.symmetry!(new SeededRandom(seed));
        const { apply, undo } = draw();
        const [question, answer] = [apply(subject.padded(input)), apply(subject.padded(output))];
        expectSame(draw().apply(subject.padded(input)), question, 'symmetry: apply, with an equal seed');
        expectSame(undo(question), input, 'symmetry: undo of the question');
        expectSame(undo(answer), output, 'symmetry: undo of the answer');
        const verdict = task.verify?.(question, answer);
        expect(verdict?.valid !== false, () => `symmetry: the answer of ${shown(input)} is wrong: ${verdict?.reason}`);
        for (const prediction of subject.predictions({ input, output })) undo(prediction);
      });
    },
  },
  {
    title: 'has open cells in its questions, and finds no conflict in a part of the answer',
    applies: ({ task }) => task.openToken !== undefined,
    check: (subject) => {
      const { task, examples } = subject;
      examples.forEach(({ input, output }, seed) => {
        const [question, answer] = [subject.padded(input), subject.padded(output)];
        const open = Array.from(question.keys()).filter((cell) => question[cell] === task.openToken);
        expect(open.length > 0, () => `openToken: ${shown(input)} has no open cell`);
        const random = new SeededRandom(seed);
        for (const cell of open) if (random.integer(2) === 0) question[cell] = answer[cell]!;
        const conflicts = task.conflicts?.(question) ?? [];
        expect(
          conflicts.length === 0,
          () => `conflicts: ${shown(question)} is part of an answer, got ${conflicts.join()}`,
        );
      });
    },
  },
  {
    title: 'gives an example and its augmentation the same class',
    applies: ({ task }) => task.augment !== undefined,
    check: (subject) => {
      const { task, examples } = subject;
      examples.forEach((example, seed) => {
        const { input } = augmented(subject, example, seed);
        const same = task.puzzleClass(input) === task.puzzleClass(example.input);
        expect(same, () => `puzzleClass: ${shown(example.input)} and ${shown(input)}, its augmentation, differ`);
      });
    },
  },
];
