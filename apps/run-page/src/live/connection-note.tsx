import { connection } from './live-state';

const words = {
  none: '',
  waiting: 'Connecting …',
  open: 'Live',
  lost: 'No connection to hrm watch. The page shows what came last, and tries again.',
} as const;

/** Whether the page hears from `hrm watch`. */
export function ConnectionNote() {
  if (connection.value === 'none') return null;
  return (
    <p class={`connection ${connection.value}`} role="status">
      {words[connection.value]}
    </p>
  );
}
