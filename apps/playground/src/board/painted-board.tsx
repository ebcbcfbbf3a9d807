import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type CanvasColours, coloursAt } from './canvas-colours';
import { paintMaze } from './paint-maze';
import { paintSudoku } from './paint-sudoku';
import type { ShownBoard } from './shown-board';

/** Changes with the colours of the page. */
export const colourScheme = signal(0);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => colourScheme.value++);

let known: { scheme: number; colours: CanvasColours } | undefined;

/** The colours of the palette, read anew when they change. */
function currentColours(): CanvasColours {
  const scheme = colourScheme.peek();
  if (known?.scheme !== scheme) known = { scheme, colours: coloursAt(document.body) };
  return known.colours;
}

/** A board as one picture: quick to draw, whatever its size. It says nothing to screen readers. */
export function PaintedBoard({ board, cursor }: { board: ShownBoard; cursor?: number | undefined }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = colourScheme.value;
  const { width, height } = board.puzzle;
  const paint = () => {
    const element = canvas.current;
    // It may have left the page since the frame was asked for.
    if (!element) return;
    const side = Math.max(1, element.clientWidth / width);
    const density = devicePixelRatio;
    const [pixelsWide, pixelsHigh] = [Math.round(side * width * density), Math.round(side * height * density)];
    if (element.width !== pixelsWide) element.width = pixelsWide;
    if (element.height !== pixelsHigh) element.height = pixelsHigh;
    const context = element.getContext('2d')!;
    context.setTransform(density, 0, 0, density, 0, 0);
    const colours = currentColours();
    if (board.puzzle.kind === 'maze') paintMaze(context, board, side, colours);
    else paintSudoku(context, board, side, colours);
    if (cursor === undefined) return;
    context.strokeStyle = colours('--changed');
    context.lineWidth = 3;
    context.strokeRect((cursor % width) * side, Math.floor(cursor / width) * side, side, side);
  };
  // At most one picture for each frame of the screen.
  useEffect(() => {
    const frame = requestAnimationFrame(paint);
    return () => cancelAnimationFrame(frame);
  }, [board, cursor, scheme]);
  useEffect(() => {
    const follow = new ResizeObserver(() => paintLatest.current());
    follow.observe(canvas.current!);
    return () => follow.disconnect();
  }, []);
  const paintLatest = useRef(paint);
  paintLatest.current = paint;
  return <canvas ref={canvas} class="painted" style={{ '--ratio': `${width} / ${height}` }} aria-hidden="true" />;
}
