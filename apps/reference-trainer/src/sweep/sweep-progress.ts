import { join } from 'node:path';
import { describeSeconds } from '../terminal/describe-seconds';
import { progressBar } from '../terminal/progress';
import type { Terminal } from '../terminal/terminal';
import { TimeLeft } from '../terminal/time-left';
import { lastStepOf } from './last-step';
import type { SweepRound } from './run-jobs';
import { logOf } from './run-job';
import type { SweepJob } from './sweep-jobs';

const BAR_CELLS = 20;
/** Milliseconds between two lines in a log. */
const QUIET = 30_000;
/** Runs whose steps are shown. */
const SHOWN = 3;

/** Shows how far a sweep is: one line that is redrawn, and a line that stays for each run that has ended. */
export class SweepProgress {
  readonly #terminal: Terminal;
  readonly #out: string;
  readonly #jobs: ReadonlyMap<string, SweepJob>;
  readonly #timeLeft: TimeLeft;
  #done: number;
  #failed = 0;
  #shownAt = performance.now();

  /** @param done runs that had ended before. */
  constructor(terminal: Terminal, { out, jobs, done }: { out: string; jobs: readonly SweepJob[]; done: number }) {
    this.#terminal = terminal;
    this.#out = out;
    this.#jobs = new Map(jobs.map((job) => [job.name, job]));
    this.#timeLeft = new TimeLeft(jobs.length);
    this.#done = done;
  }

  /** Shows a round. */
  show({ ended, running }: SweepRound): void {
    const total = this.#jobs.size;
    for (const { name, outcome } of ended) {
      this.#done++;
      if (outcome.status === 'failed') this.#failed++;
      const end = outcome.status === 'done' ? 'done' : `failed: ${outcome.error} (${logOf(this.#out, name)})`;
      this.#terminal.say(`${this.#done}/${total} ${name}: ${end}`);
    }
    if (running.length === 0) return this.#terminal.clearDrawing();
    const states = running.map((name) => this.#stateOf(name));
    const part = states.reduce((sum, { share }) => sum + share, 0);
    const left = describeSeconds(this.#timeLeft.update(this.#done + part));
    const rest = states.length > SHOWN ? ` and ${states.length - SHOWN} more` : '';
    const now = `running ${states.slice(0, SHOWN).map(({ text }) => text).join('  ')}${rest}`; // prettier-ignore
    const figures = `${this.#done}/${total}${this.#failed > 0 ? `  failed ${this.#failed}` : ''}  ETA ${left}  ${now}`;
    if (this.#terminal.isLive) {
      this.#terminal.drawLine(`sweep [${progressBar(this.#done + part, total, BAR_CELLS)}] ${figures}`);
    } else if (performance.now() - this.#shownAt > QUIET) {
      process.stderr.write(`sweep ${figures}\n`);
      this.#shownAt = performance.now();
    }
  }

  #stateOf(name: string): { share: number; text: string } {
    const step = lastStepOf(join(this.#out, name));
    const { steps } = this.#jobs.get(name)!.config.training;
    if (steps === undefined) return { share: 0, text: `${name} ${step}` };
    return { share: Math.min(1, step / steps), text: `${name} ${step}/${steps}` };
  }
}
