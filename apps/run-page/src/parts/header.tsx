import { run, runs } from '../state';
import { whole } from '../format';
import { ConnectionNote } from '../live/connection-note';
import { ThemeButton } from './theme-button';

/** The name of the run, and its state. */
export function Header() {
  const all = runs.value;
  const one = run.value;
  if (!one)
    return (
      <header>
        <div class="title">
          <h1>Waiting for a run</h1>
        </div>
        <ConnectionNote />
      </header>
    );
  const isOne = all.length === 1;
  const facts = [
    one.name,
    one.task,
    one.parameters === undefined ? undefined : `${whole(one.parameters)} parameters`,
  ].filter((fact) => fact !== undefined);
  return (
    <header>
      <div class="title">
        <p class="kind">{isOne ? 'Run' : 'Comparison'}</p>
        <h1>{isOne ? one.run : `${all.length} runs`}</h1>
        {isOne && <p>{facts.join(' · ')}</p>}
      </div>
      <ConnectionNote />
      {isOne && <State isTraining={one.isTraining} />}
      <ThemeButton />
    </header>
  );
}

/** Whether a run still trains. */
export function State({ isTraining }: { isTraining: boolean }) {
  return <span class={isTraining ? 'state training' : 'state'}>{isTraining ? 'training' : 'not training'}</span>;
}
