import type { Picture } from '@hrm/ui/run-record';

/** What {@link Board} draws. */
export interface BoardProperties {
  /** What it is, for screen readers. */
  label: string;
  picture: Picture;
  /** The question: its cells are drawn as given. */
  question?: Picture | undefined;
  /** The right answer: cells that differ from it are marked as wrong. */
  answer?: Picture | undefined;
  /** The answer before: cells that differ from it are marked as changed. */
  before?: Picture | undefined;
}

/** The cells of a picture that is no text. */
const rowsOf = (picture: Picture | undefined): string[][] =>
  picture === undefined || picture.style === 'text'
    ? []
    : picture.rows.map((row) => Array.from(row, (cell) => cell.trim()));

/** A question or an answer: cells, or text. */
export function Board({ label, picture, question, answer, before }: BoardProperties) {
  if (picture.style === 'text')
    return <TextPicture label={label} text={picture.text} answer={answer} before={before} />;
  const rows = rowsOf(picture);
  const columns = Math.max(0, ...rows.map((row) => row.length));
  if (columns === 0) return <p class="empty">empty</p>;
  const [given, right, earlier] = [question, answer, before].map(rowsOf);
  const { style, boxes } = picture;
  return (
    <svg
      class={`board ${style}`}
      viewBox={`-0.05 -0.05 ${columns + 0.1} ${rows.length + 0.1}`}
      role="img"
      aria-label={label}
      data-cells={rows.map((row) => row.join('')).join('/')}
    >
      {rows.flatMap((row, y) =>
        row.map((text, x) => {
          const isGiven = style !== 'colours' && isFilled(given![y]?.[x]) && given![y]?.[x] === text;
          const isWrong = answer !== undefined && right![y]?.[x] !== text;
          const isChanged = before !== undefined && earlier![y]?.[x] !== text;
          const look = lookOf(style, text);
          const classes = ['cell', look, isGiven && 'given', isWrong && 'wrong', isChanged && 'changed'];
          return (
            <g key={`${y},${x}`} class={classes.filter(Boolean).join(' ')}>
              <rect x={x} y={y} width={1} height={1} />
              {hasText(style, text) && (
                <text x={x + 0.5} y={y + 0.5}>
                  {text}
                </text>
              )}
              {isChanged && !isWrong && <circle cx={x + 0.86} cy={y + 0.14} r={0.07} />}
              {isWrong && <path d={`M${x + 0.81} ${y + 0.07}l0.12 0.12m0-0.12l-0.12 0.12`} />}
            </g>
          );
        }),
      )}
      {boxes && <path class="boxes" d={boxLines(rows.length, columns, boxes)} />}
    </svg>
  );
}

const isFilled = (text: string | undefined) => text !== undefined && text.trim() !== '';

const mazeLooks: Readonly<Record<string, string>> = { '#': 'wall', S: 'end', G: 'end', o: 'path' };

function lookOf(style: string, text: string): string | undefined {
  if (style === 'maze') return mazeLooks[text] ?? 'free';
  return style === 'colours' ? `colour-${Number(text) % 10}` : undefined;
}

const hasText = (style: string, text: string) =>
  isFilled(text) && style !== 'colours' && (style !== 'maze' || text === 'S' || text === 'G');

function boxLines(rows: number, columns: number, boxes: { rows: number; columns: number }): string {
  const lines: string[] = [];
  for (let y = 0; y <= rows; y += boxes.rows) lines.push(`M0 ${y}H${columns}`);
  for (let x = 0; x <= columns; x += boxes.columns) lines.push(`M${x} 0V${rows}`);
  return lines.join('');
}

/** Text, with the characters marked that differ from the right answer or have changed. */
function TextPicture({
  label,
  text,
  answer,
  before,
}: {
  label: string;
  text: string;
  answer: Picture | undefined;
  before: Picture | undefined;
}) {
  const [right, earlier] = [answer, before].map((one) => (one?.style === 'text' ? Array.from(one.text) : undefined));
  return (
    <pre class="board text" role="img" aria-label={`${label}: ${text}`} data-cells={text}>
      {Array.from(text, (character, index) => {
        const isWrong = right && right[index] !== character;
        const isChanged = earlier && earlier[index] !== character;
        const look = isWrong ? 'wrong' : isChanged ? 'changed' : undefined;
        return look ? (
          <span key={index} class={look}>
            {character}
          </span>
        ) : (
          character
        );
      })}
    </pre>
  );
}
