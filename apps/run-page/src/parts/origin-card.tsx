import type { CheckpointRecord, RunRecord, SessionRecord } from '@hrm/ui/run-record';
import { report } from '../state';
import { percent, whole } from '../format';
import { Card } from './card';

const names: Readonly<Record<string, string>> = {
  'tfjs-core': 'TensorFlow.js',
  node: 'Node',
  tensorflow: 'TensorFlow',
};

/** Checkpoints, and what the run was computed with. */
export function OriginCard({ run }: { run: RunRecord }) {
  const { best, last } = run.checkpoints;
  const made = report.value?.made;
  return (
    <Card title="Checkpoints and machine">
      <dl class="facts">
        <dt>Best checkpoint</dt>
        <dd>{inWords(best)}</dd>
        <dt>Last checkpoint</dt>
        <dd>{inWords(last)}</dd>
        {run.from && (
          <>
            <dt>Began with</dt>
            <dd>{`${run.from.run}, step ${whole(run.from.step)}`}</dd>
          </>
        )}
        {run.sessions.map((session, index) => (
          <Session key={index} {...session} isOnly={run.sessions.length === 1} />
        ))}
        {made && (
          <>
            <dt>This page</dt>
            <dd>{moment(made)}</dd>
          </>
        )}
      </dl>
    </Card>
  );
}

const inWords = (checkpoint: CheckpointRecord | undefined) =>
  checkpoint
    ? `step ${whole(checkpoint.step)}${checkpoint.exactAccuracy === undefined ? '' : `, ${percent(checkpoint.exactAccuracy)} held out`}`
    : 'none';

const moment = (iso: string) => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

function Session({ began, step, machine, versions, isOnly }: SessionRecord & { isOnly: boolean }) {
  const facts = [...Object.entries(machine), ...Object.entries(versions).map(([key, value]) => [key, value] as const)];
  return (
    <>
      <dt class="session">{isOnly ? 'Trained' : `From step ${whole(step)}`}</dt>
      <dd class="session">{began === undefined ? `as the checkpoint of step ${whole(step)} says` : moment(began)}</dd>
      {facts.map(([key, value]) => (
        <>
          <dt class="inner">{names[key] ?? key}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </>
  );
}
