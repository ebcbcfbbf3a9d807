import type { Calibration, RunRecord } from '@hrm/ui/run-record';
import { percent, short, whole } from '../format';
import { Card } from './card';

/** Whether the halting value knows when an answer is right. */
export function CalibrationCard({ run }: { run: RunRecord }) {
  const calibration = run.examination?.calibration;
  if (!calibration) return null;
  return (
    <Card
      title="Calibration of the halting value"
      note={`The probability of a right answer that it states, against the share that was right: ${whole(calibration.count)} answers of all segments. On the diagonal it is worth its word; the mean distance is ${percent(calibration.error)}.`}
    >
      <Diagram {...calibration} />
      <table class="visually-hidden">
        <caption>Calibration</caption>
        <thead>
          <tr>
            <th scope="col">Predicted</th>
            <th scope="col">Right</th>
            <th scope="col">Answers</th>
          </tr>
        </thead>
        <tbody>
          {calibration.bins.map(({ from, predicted, right, count }) => (
            <tr key={from}>
              <td>{percent(predicted)}</td>
              <td>{percent(right)}</td>
              <td>{whole(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

const SIDE = 200;

function Diagram({ bins }: Calibration) {
  const most = Math.max(...bins.map(({ count }) => count));
  const x = (share: number) => 34 + share * SIDE;
  const y = (share: number) => 8 + (1 - share) * SIDE;
  return (
    <svg class="calibration" viewBox="0 0 244 276" aria-hidden="true">
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share} class="grid">
          <line x1={x(0)} x2={x(1)} y1={y(share)} y2={y(share)} />
          <text x={x(0) - 5} y={y(share) + 3.5} text-anchor="end">{`${100 * share}%`}</text>
        </g>
      ))}
      <line class="diagonal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      <polyline points={bins.map(({ predicted, right }) => `${x(predicted)},${y(right)}`).join(' ')} />
      {bins.map(({ from, to, count, predicted, right }) => (
        <g key={from}>
          <circle cx={x(predicted)} cy={y(right)} r={2.5 + 4 * Math.sqrt(count / most)} />
          <rect
            x={x(from) + 1}
            width={(to - from) * SIDE - 2}
            y={252 - 32 * (count / most)}
            height={Math.max(0.5, 32 * (count / most))}
          />
          <text class="count" x={x((from + to) / 2)} y={261} text-anchor="middle">
            {short(count)}
          </text>
        </g>
      ))}
      <text x={x(0.5)} y={273} text-anchor="middle">
        predicted probability, and how many answers
      </text>
    </svg>
  );
}
