import type { RunRecord } from '@hrm/ui/run-record';
import { useMemo } from 'preact/hooks';
import {
  bytes,
  duration,
  evaluationsOf,
  figures,
  meanOf,
  percent,
  runColour,
  short,
  shortNames,
  whole,
} from '../format';
import { smooth } from '../smooth';
import { Card } from './card';
import { CurveChart, type ShownCurve } from './curve-chart';

/** Several runs next to each other: a table, and their curves over each other. */
export function Comparison({ runs }: { runs: readonly RunRecord[] }) {
  const names = useMemo(() => shortNames(runs), [runs]);
  return (
    <div class="run">
      <Card title="Runs next to each other" size="whole">
        <Table runs={runs} names={names} />
      </Card>
      <Overlays runs={runs} names={names} />
      <Differences runs={runs} names={names} />
    </div>
  );
}

interface NamedRuns {
  runs: readonly RunRecord[];
  names: readonly string[];
}

/** A column of the table. The best value of each is marked. */
const columns: readonly {
  title: string;
  value: (run: RunRecord) => number | undefined;
  text: (value: number | undefined) => string;
  best?: 'most' | 'least';
}[] = [
  { title: 'Best held out', value: (run) => evaluationsOf(run).best?.exactAccuracy, text: percent, best: 'most' },
  { title: 'at step', value: (run) => evaluationsOf(run).best?.step, text: whole },
  { title: 'If it stops', value: (run) => evaluationsOf(run).last?.halted?.exactAccuracy, text: percent, best: 'most' },
  { title: 'Steps', value: ({ lastStep }) => lastStep, text: whole },
  { title: 'Samples', value: ({ samples }) => samples, text: short },
  { title: 'Time', value: ({ seconds }) => seconds, text: duration, best: 'least' },
  { title: 'Samples/s', value: ({ curves }) => meanOf(curves.samplesPerSecond), text: short, best: 'most' },
  { title: 'Parameters', value: ({ parameters }) => parameters, text: whole },
];

function Table({ runs, names }: NamedRuns) {
  const values = columns.map(({ value }) => runs.map(value));
  const isBest = (column: number, row: number) => {
    const { best } = columns[column]!;
    const known = values[column]!.filter((value) => value !== undefined);
    if (!best || known.length < 2) return false;
    return values[column]![row] === (best === 'most' ? Math.max(...known) : Math.min(...known));
  };
  return (
    <div class="scroller" tabIndex={0} role="region" aria-label="Table of runs">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {columns.map(({ title }) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run, row) => (
            <tr key={run.run}>
              <th scope="row">
                <i style={{ background: `var(${runColour(row)})` }} />
                {names[row]}
              </th>
              {columns.map(({ title, text }, column) => (
                <td key={title} class={isBest(column, row) ? 'best' : undefined}>
                  {text(values[column]![row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One chart for each quantity, with a curve for each run. */
function Overlays({ runs, names }: NamedRuns) {
  const ofEach = (curve: (run: RunRecord) => Omit<ShownCurve, 'name' | 'colour'>): ShownCurve[] =>
    runs.map((run, index) => ({ name: names[index]!, colour: runColour(index), ...curve(run) }));
  const charts = useMemo(
    () => ({
      heldOut: ofEach(({ evaluations }) => ({
        axis: 'share',
        x: evaluations.map(({ step }) => step),
        values: evaluations.map(({ exactAccuracy }) => exactAccuracy),
        hasDots: true,
      })),
      loss: ofEach(({ curves }) => ({ axis: 'value', x: curves.step, values: smooth(curves.loss) })),
      exact: ofEach(({ curves }) => ({
        axis: 'share',
        x: curves.step,
        values: smooth(curves.exactAccuracy, curves.halted),
      })),
      rate: ofEach(({ curves }) => ({ axis: 'value', x: curves.step, values: curves.learningRate, format: figures })),
      speed: ofEach(({ curves }) => ({ axis: 'value', x: curves.step, values: curves.samplesPerSecond })),
      memory: ofEach(({ curves }) => ({ axis: 'value', x: curves.step, values: curves.memory, format: bytes })),
    }),
    [runs],
  );
  const isKnown = (curves: readonly ShownCurve[]) =>
    curves.some(({ values }) => values.some((value) => value !== null));
  return (
    <>
      <Card title="Held out, exact: all runs">
        <CurveChart curves={charts.heldOut} />
      </Card>
      <Card title="Loss: all runs">
        <CurveChart curves={charts.loss} />
      </Card>
      <Card title="Training, exact: all runs">
        <CurveChart curves={charts.exact} />
      </Card>
      <Card title="Learning rate: all runs">
        <CurveChart curves={charts.rate} label={figures} />
      </Card>
      {isKnown(charts.speed) && (
        <Card title="Samples a second: all runs">
          <CurveChart curves={charts.speed} />
        </Card>
      )}
      {isKnown(charts.memory) && (
        <Card title="Memory: all runs">
          <CurveChart curves={charts.memory} label={bytes} />
        </Card>
      )}
    </>
  );
}

/** The keys of the configs that are not the same in all runs. */
function Differences({ runs, names }: NamedRuns) {
  const keys = [...new Set(runs.flatMap(({ config }) => Object.keys(config.values)))].filter(
    (key) => new Set(runs.map(({ config }) => config.values[key])).size > 1,
  );
  return (
    <Card
      title="What differs in their configs"
      size="whole"
      note={keys.length === 0 ? 'Nothing: they differ by chance, data or machine only.' : undefined}
    >
      {keys.length > 0 && (
        <div class="scroller" tabIndex={0} role="region" aria-label="Table of what differs">
          <table>
            <thead>
              <tr>
                <th scope="col">Key</th>
                {names.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  {runs.map(({ run, config }) => (
                    <td key={run}>{config.values[key] ?? 'not given'}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
