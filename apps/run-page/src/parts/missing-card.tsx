import type { RunRecord } from '@hrm/ui/run-record';
import { Card } from './card';

/** What is not on this page, and why. */
export function MissingCard({ run }: { run: RunRecord }) {
  if (run.missing.length === 0) return null;
  return (
    <Card title="Not on this page">
      <ul class="missing">
        {run.missing.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </Card>
  );
}
