import type { ResidualReport } from '@hrm/recursion';

/** Width of the longest bar, in characters. */
const WIDTH = 40;
/** Residuals up to this have no bar. */
const FLOOR = 1e-4;

/** The length of a bar, on a logarithmic scale from {@link FLOOR} to the largest residual. */
function barLength(residual: number, largest: number): number {
  const share = Math.log(Math.max(residual, FLOOR) / FLOOR) / Math.log(Math.max(largest, 10 * FLOOR) / FLOOR);
  return Math.round(WIDTH * share);
}

/**
 * Draws residuals as text: a logarithmic bar for each application of f_L and f_H, and the estimate of the spectral
 * radius with its meaning.
 */
export function plotResiduals({ applications, segments, spectralRadius }: ResidualReport): string {
  const largest = Math.max(...applications.map(({ mean }) => mean));
  const lines = [`|f(z) - z| / |z| of each application, logarithmic from ${FLOOR} to ${largest.toPrecision(2)}`];
  let segment = 0;
  for (const { segment: current, application, mean } of applications) {
    if (current !== segment) {
      segment = current;
      const { zH, zL } = segments[current - 1]!;
      lines.push(`segment ${current}: moved zH by ${zH.mean.toPrecision(2)}, zL by ${zL.mean.toPrecision(2)}`);
    }
    const bar = (application === 'fH' ? '#' : '=').repeat(barLength(mean, largest));
    lines.push(`  ${application} ${mean.toExponential(1).padStart(8)} ${bar}`);
  }
  if (spectralRadius) {
    const radius = spectralRadius.mean;
    const meaning =
      radius < 1
        ? 'below 1: the recursion converges locally, as the 1-step gradient assumes'
        : '1 or more: the recursion does not converge locally, although the 1-step gradient assumes it';
    lines.push(`spectral radius of one sweep at the end: ${radius.toFixed(3)} (${meaning})`);
  }
  return lines.join('\n');
}

const PLOT = { width: 720, height: 360, left: 64, right: 16, top: 32, bottom: 48 };

/** The title of a drawing, by which `isResidualsSvg` recognises it. */
const TITLE = 'Relative residual of each application: f_L (blue), f_H (red)';

/** Whether a text is a drawing of `residualsSvg`. */
export const isResidualsSvg = (text: string): boolean => text.startsWith('<svg ') && text.includes(`>${TITLE}</text>`);

/** Draws residuals as an SVG line chart: one line for f_L and one for f_H, with marks between segments. */
export function residualsSvg({ applications }: ResidualReport): string {
  const { width, height, left, right, top, bottom } = PLOT;
  const decades = applications.map(({ mean }) => Math.log10(Math.max(mean, FLOOR)));
  const low = Math.floor(Math.min(...decades));
  const high = Math.max(low + 1, Math.ceil(Math.max(...decades)));
  const x = (i: number) => left + ((width - left - right) * (i + 0.5)) / applications.length;
  const y = (decade: number) => top + ((height - top - bottom) * (high - decade)) / (high - low);
  const grid = Array.from({ length: high - low + 1 }, (_, i) => low + i).map(
    (decade) =>
      `<line x1="${left}" x2="${width - right}" y1="${y(decade)}" y2="${y(decade)}" stroke="#ddd"/>` +
      `<text x="${left - 8}" y="${y(decade) + 4}" text-anchor="end">1e${decade}</text>`,
  );
  const starts = applications.flatMap(({ segment }, i) =>
    i === 0 || applications[i - 1]!.segment !== segment ? [{ segment, i }] : [],
  );
  const marks = starts.map(
    ({ segment, i }) =>
      `<line x1="${x(i - 0.5)}" x2="${x(i - 0.5)}" y1="${top}" y2="${height - bottom}" stroke="#bbb" stroke-dasharray="3 3"/>` +
      `<text x="${x(i - 0.5) + 4}" y="${height - bottom + 16}">${segment}</text>`,
  );
  const series = (['fL', 'fH'] as const).map((kind) => {
    const color = kind === 'fL' ? '#1f77b4' : '#d62728';
    const points = applications.flatMap(({ application }, i) =>
      application === kind ? [[x(i), y(decades[i]!)] as const] : [],
    );
    const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
    const dots = points
      .map(([px, py]) => `<circle cx="${px.toFixed(1)}" cy="${py.toFixed(1)}" r="3" fill="${color}"/>`)
      .join('');
    return `<polyline points="${path}" fill="none" stroke="${color}"/>${dots}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="white"/>
<text x="${left}" y="20">${TITLE}</text>
${grid.join('\n')}
${marks.join('\n')}
${series.join('\n')}
<text x="${(left + width - right) / 2}" y="${height - 12}" text-anchor="middle">segment</text>
</svg>
`;
}
