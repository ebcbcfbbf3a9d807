import { createHash } from 'node:crypto';
import { CheckpointStore } from '@hrm/trainer/checkpoint';
import type { EvaluationRecord, RunRecord, WatchedPuzzle } from '@hrm/ui/run-record';
import { holdsRun, readRunDescription, runPaths } from '../run/folder/run-folder';
import { makeTask } from '../run/parts/make-part';
import { standardTasks } from '../run/parts/standard-tasks';
import { emptyRecord } from '../run-record/empty-record';
import { recordOf, type SavedFacts } from '../run-record/read-run-record';
import { RunLog } from '../run-record/run-log';
import { LineFollower } from './line-follower';
import { watchedPuzzles } from './watched-puzzles';

const NO_RUN = 'There is no run in this folder yet.';

const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 12);

/** Follows a run while it trains: also one that has not begun yet, or is resumed, cut back or begun anew. */
export class RunFollower {
  readonly #run: string;
  #metrics!: LineFollower;
  #observations!: LineFollower;
  #log!: RunLog;
  /** Pictures are drawn once. */
  #drawn: { answered: RunLog['answered'] | undefined; puzzles: readonly WatchedPuzzle[] } = {
    answered: undefined,
    puzzles: [],
  };
  /** What the run has recorded so far. */
  record: RunRecord;
  /** Held-out puzzles, with the answers that the model gave at its evaluations. */
  puzzles: readonly WatchedPuzzle[] = [];
  /** Equal for equal records and puzzles, also in another process. */
  versions = { record: '', puzzles: '' };

  constructor(run: string) {
    this.#run = run;
    this.#begin();
    this.record = emptyRecord(run, []);
  }

  #begin(): void {
    const { metrics, observations } = runPaths(this.#run);
    this.#metrics = new LineFollower(metrics);
    this.#observations = new LineFollower(observations);
    this.#log = new RunLog(this.#run);
  }

  /** Reads what is new. */
  async update(): Promise<void> {
    try {
      let gained = await this.#gain();
      if (gained.isAnew) {
        this.#begin();
        gained = await this.#gain();
      }
      this.#log.addMetrics(gained.metrics);
      this.#log.addObservations(gained.observations);
      const exists = holdsRun(this.#run);
      this.record = exists
        ? await recordOf(this.#run, this.#log, { saved: await savedOf(this.#run, this.#log) })
        : emptyRecord(this.#run, [NO_RUN]);
      this.puzzles = exists ? this.#watched() : [];
    } catch (error) {
      // No run, or a damaged one. It may be in order the next time.
      this.#begin();
      this.record = emptyRecord(this.#run, [(error as Error).message]);
      this.puzzles = [];
    }
    this.versions = { record: hash(this.record), puzzles: hash(this.puzzles) };
  }

  /** Tasks of modules that the run imports are not shown, because watching executes nothing. */
  #watched(): readonly WatchedPuzzle[] {
    const { answered } = this.#log;
    if (answered === this.#drawn.answered) return this.#drawn.puzzles;
    const { config } = readRunDescription(this.#run);
    const puzzles = Object.hasOwn(standardTasks, config.task.kind) ? watchedPuzzles(answered, makeTask(config)) : [];
    this.#drawn = { answered, puzzles };
    return puzzles;
  }

  async #gain() {
    const [metrics, observations] = [await this.#metrics.read(), await this.#observations.read()];
    return {
      metrics: metrics.lines,
      observations: observations.lines,
      isAnew: metrics.isAnew || observations.isAnew,
    };
  }
}

/** What is known of checkpoints without reading them, which takes too long to do again and again. */
async function savedOf(run: string, { evaluations }: RunLog): Promise<SavedFacts> {
  const store = await CheckpointStore.open(run, { readOnly: true, onWarning: () => undefined });
  const [last] = await store.steps();
  const of = (step: number) => ({
    step,
    exactAccuracy: evaluations.findLast((one) => one.step === step)?.exactAccuracy,
  });
  const best = evaluations.reduce<EvaluationRecord | undefined>(
    (found, one) => (found && found.exactAccuracy >= one.exactAccuracy ? found : one),
    undefined,
  );
  return {
    checkpoints: { best: best && of(best.step), last: last === undefined ? undefined : of(last) },
    sessions: [],
  };
}
