const ESCAPES: { [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for SVG. */
const escapeText = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);

/** An element with its attributes. Numbers are rounded to one decimal; children are not escaped. */
export function element(name: string, attributes: { [name: string]: string | number }, children = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? Number(value.toFixed(1)) : escapeText(value)}"`)
    .join('');
  return children === '' ? `<${name}${written}/>` : `<${name}${written}>${children}</${name}>`;
}

/** A line of text. */
export const textAt = (
  x: number,
  y: number,
  text: string,
  attributes: { [name: string]: string | number } = {},
): string => element('text', { x, y, ...attributes }, escapeText(text));

/** A whole drawing, with a white background for dark pages. */
export function svgDocument(width: number, height: number, title: string, children: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ` +
      `font-family="system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="12" fill="#1f2328" role="img">`,
    element('title', {}, escapeText(title)),
    element('rect', { width, height, fill: 'white' }),
    ...children,
    '</svg>',
    '',
  ].join('\n');
}

/** Steps of an axis from 0: three to six of them, each 1, 2 or 5 times a power of ten. */
export function axisSteps(most: number): number[] {
  const power = 10 ** Math.floor(Math.log10(most / 3));
  const step = power * ([1, 2, 5, 10].find((factor) => most / (factor * power) <= 6) ?? 10);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
