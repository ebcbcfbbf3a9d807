import type { RunRecord } from '@hrm/ui/run-record';
import { runColour, shortNames } from '../format';
import { chosen } from '../state';
import { State } from './header';

/** Chooses the run whose details are shown. */
export function RunChoice({ runs }: { runs: readonly RunRecord[] }) {
  const names = shortNames(runs);
  return (
    <div class="choice" role="group" aria-label="Run to show in detail">
      {runs.map((run, index) => (
        <button
          type="button"
          key={run.run}
          aria-pressed={index === chosen.value}
          onClick={() => (chosen.value = index)}
        >
          <i style={{ background: `var(${runColour(index)})` }} />
          {names[index]}
          {run.isTraining && <State isTraining />}
        </button>
      ))}
    </div>
  );
}
