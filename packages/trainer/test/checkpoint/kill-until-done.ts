import { startProgram } from './child-program';

/** What came of a run that was killed again and again. */
export interface KilledRun {
  readonly kills: number;
  /** Kills that came between the start and the end of a save. */
  readonly killsInsideSave: number;
  /** The SHA-256 that the run ended with. */
  readonly result: string | undefined;
}

/**
 * Runs the saving program until it is done, killing it at most `kills` times on the way: every other time a few milliseconds
 * into a save, the rest a few after one.
 *
 * @throws Error where a start lost what was saved, warned, or failed.
 */
export async function killUntilDone(program: string, run: string, steps: number, kills: number): Promise<KilledRun> {
  let [killed, killsInsideSave, last] = [0, 0, 0];
  for (;;) {
    const isForSave = killed % 2 === 0;
    let isDue = killed < kills;
    const { child, ending } = startProgram(program, [run, String(steps)], (text) => {
      if (!isDue || !text.includes(isForSave ? 'saving' : 'saved')) return;
      isDue = false;
      setTimeout(() => child.kill('SIGKILL'), Math.random() * 10);
    });
    const { code, signal, output, errors } = await ending;
    if (errors !== '' || output.includes('warning')) throw new Error(`a start was not clean:\n${errors}${output}`);
    const from = Number(/from (\d+)/.exec(output)?.[1] ?? Number.NaN);
    if (!(from >= last))
      throw new Error(`a start went on from step ${from}, although step ${last} was saved:\n${output}`);
    last = Number([...output.matchAll(/saved (\d+)/g)].at(-1)?.[1] ?? from);
    if (signal !== 'SIGKILL') {
      if (code !== 0) throw new Error(`the run failed with ${code}:\n${output}`);
      return { kills: killed, killsInsideSave, result: /done ([0-9a-f]+)/.exec(output)?.[1] };
    }
    killed++;
    if (output.trimEnd().endsWith('saving')) killsInsideSave++;
  }
}
