import type { RunRecord } from '@hrm/ui/run-record';
import { Card } from './card';

/** The config next to its preset. */
export function ConfigCard({ run }: { run: RunRecord }) {
  const { preset, changes, values } = run.config;
  return (
    <Card
      title="Config"
      note={
        preset === undefined
          ? undefined
          : changes.length === 0
            ? `As in the preset ${preset}.`
            : `What differs from the preset ${preset}:`
      }
    >
      {changes.length > 0 && (
        <div class="scroller" tabIndex={0} role="region" aria-label="What differs from the preset">
          <table>
            <thead>
              <tr>
                <th scope="col">Key</th>
                <th scope="col">Preset</th>
                <th scope="col">This run</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ key, preset: there, run: here }) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td>{there ?? 'not given'}</td>
                  <td>
                    <strong>{here ?? 'not given'}</strong>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <details>
        <summary>All values</summary>
        <div class="scroller" tabIndex={0} role="region" aria-label="All values of the config">
          <table>
            <tbody>
              {Object.entries(values).map(([key, value]) => (
                <tr key={key}>
                  <th scope="row">{key}</th>
                  <td>{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </Card>
  );
}
