/** What a cell shows. */
export interface CellProperties {
  cell: number;
  size: number;
  boxColumns: number;
  given: number;
  /** What a search has filled in; 0 where nothing is. */
  filled: number;
  digit: number;
  confidence: Float32Array | undefined;
  isChanged: boolean;
  isWrong: boolean;
  movement: number;
  isCurrent: boolean;
  endsBox: { right: boolean; bottom: boolean };
  /** Undefined on a board that is only looked at. */
  onFocus: ((cell: number) => void) | undefined;
}

/** A cell: its given, or its candidates. The surer the model is of a candidate, the larger and more central it is. */
export function Cell(properties: CellProperties) {
  const { cell, given, filled, confidence, isChanged, isWrong, isCurrent, endsBox, movement, onFocus } = properties;
  const classes = [
    'cell',
    given > 0 && 'given',
    given === 0 && filled > 0 && 'filled',
    isChanged && 'changed',
    isWrong && 'wrong',
    endsBox.right && 'box-right',
    endsBox.bottom && 'box-bottom',
  ];
  return (
    <div
      role="gridcell"
      class={classes.filter(Boolean).join(' ')}
      {...(onFocus && { tabIndex: isCurrent ? 0 : -1, onFocus: () => onFocus(cell) })}
      aria-label={describe(properties)}
      style={{ '--movement': movement.toFixed(2) }}
    >
      {given > 0 || filled > 0 ? (
        <span class="digit" aria-hidden="true">
          {given || filled}
        </span>
      ) : (
        confidence && <Candidates {...properties} confidence={confidence} />
      )}
    </div>
  );
}

function Candidates({ size, boxColumns, digit, confidence }: CellProperties & { confidence: Float32Array }) {
  const rows = size / boxColumns;
  return (
    <>
      {Array.from(confidence, (share, index) => {
        const column = ((index % boxColumns) + 0.5) / boxColumns - 0.5;
        const row = (Math.floor(index / boxColumns) + 0.5) / rows - 0.5;
        // Cubed: only a candidate that the model is nearly sure of moves to the middle.
        const style = { '--x': column, '--y': row, '--sure': (share ** 3).toFixed(3), '--share': shade(share) };
        return (
          <span
            class={index + 1 === digit ? 'candidate best' : 'candidate'}
            style={style}
            aria-hidden="true"
            key={index}
          >
            {index + 1}
          </span>
        );
      })}
    </>
  );
}

/** How visible a candidate is. One of less than a hundredth is not drawn. */
const shade = (share: number) => (share < 0.01 ? '0' : Math.min(1, 0.3 + 0.9 * share).toFixed(3));

function describe({ cell, size, given, filled, digit, confidence, isChanged, isWrong }: CellProperties): string {
  const place = `Row ${Math.floor(cell / size) + 1}, column ${(cell % size) + 1}`;
  const breaks = isWrong ? ', breaks a rule' : '';
  if (given > 0) return `${place}: ${given}, given${breaks}`;
  if (filled > 0) return `${place}: ${filled}, filled in by the search${breaks}`;
  if (!confidence || digit === 0) return `${place}: empty`;
  const percent = Math.round(100 * confidence[digit - 1]!);
  return `${place}: ${digit}, ${percent} percent sure${isChanged ? ', changed' : ''}${breaks}`;
}
