import type { ComponentChildren } from 'preact';
import type { PartName } from './parts';

/** The architecture as a drawing whose parts can be pointed at, or reached by Tab. */
export function ArchitectureDrawing({
  current,
  running,
  onPoint,
}: {
  current: PartName;
  running: PartName;
  onPoint: (part: PartName | undefined) => void;
}) {
  const part = (name: PartName, shape: string, children: ComponentChildren) => (
    <g
      class={`part ${shape} ${name === current ? 'current' : ''} ${name === running ? 'running' : ''}`}
      role="button"
      tabindex={0}
      aria-pressed={name === current}
      onPointerEnter={() => onPoint(name)}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={() => onPoint(name)}
      onBlur={() => onPoint(undefined)}
    >
      {children}
    </g>
  );
  return (
    <svg class="architecture" viewBox="0 0 720 316" role="group" aria-label="The architecture">
      <defs>
        <marker
          id="tip"
          viewBox="0 0 10 10"
          refX="8.5"
          refY="5"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0 10 5 0 10z" />
        </marker>
      </defs>
      <g class="wires">
        <path d="M92 205h32" />
        <path d="M198 205h58" />
        <path d="M306 172v-54" />
        <path d="M354 118v54" />
        <path d="M282 238c-8 38 104 38 96 2" />
        <path d="M404 85h56" />
        <path d="M404 100C440 106 424 205 460 205" />
        <path d="M548 85h44" />
        <path d="M548 205h44" />
        <path class="carry" d="M286 52c0-34-96-34-96 24v50c0 40 30 60 66 64" />
        <path class="extra" d="M505 268v-26" />
      </g>
      <g class="wire-names" aria-hidden="true">
        <text x="298" y="150" text-anchor="end" class="z-low">
          zL
        </text>
        <text x="362" y="150" class="z-high">
          zH
        </text>
      </g>
      <Box x={14} y={180} width={78} text="puzzle" class="plain" />
      <Box x={596} y={60} width={104} text="answer" class="plain" />
      <Box x={596} y={180} width={104} text="halt?" class="plain" />
      {part('f_I', 'input', <Box x={128} y={180} width={70} text="f_I" />)}
      {part('f_L', 'low', <Box x={260} y={174} width={144} height={64} text="f_L" note="fast" />)}
      {part('f_H', 'high', <Box x={260} y={52} width={144} height={64} text="f_H" note="slow" />)}
      {part('f_O', 'output', <Box x={464} y={60} width={84} text="f_O" />)}
      {part('q-head', 'halting', <Box x={464} y={180} width={84} text="q-head" />)}
      {part(
        'detach',
        'cut',
        <>
          <circle cx={190} cy={104} r={24} />
          <text x={190} y={111} text-anchor="middle" class="sign" aria-hidden="true">
            ✂
          </text>
          <text x={158} y={92} text-anchor="end" class="small">
            next segment
          </text>
          <text x={158} y={112} text-anchor="end" class="small">
            detached
          </text>
        </>,
      )}
      {part('extra pass', 'extra-pass', <Box x={430} y={268} width={236} height={40} text="extra forward pass" />)}
    </svg>
  );
}

function Box({
  x,
  y,
  width,
  height = 50,
  text,
  note,
  ...rest
}: {
  x: number;
  y: number;
  width: number;
  height?: number;
  text: string;
  note?: string;
  class?: string;
}) {
  const middle = x + width / 2;
  return (
    <g class={rest.class}>
      <rect x={x} y={y} width={width} height={height} rx={13} />
      <text x={middle} y={y + height / 2 + (note ? -1 : 6)} text-anchor="middle">
        {text}
      </text>
      {note && (
        <text x={middle} y={y + height / 2 + 19} text-anchor="middle" class="small">
          {note}
        </text>
      )}
    </g>
  );
}
