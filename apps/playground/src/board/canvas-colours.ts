/** Colours for a canvas, which knows neither the variables of palette.css nor light-dark(). */
export interface CanvasColours {
  /** The colour of a variable of palette.css. */
  (name: `--${string}`): string;
}

/** Reads the colours of the palette at an element, as they are now. */
export function coloursAt(element: HTMLElement): CanvasColours {
  const known = new Map<string, string>();
  const probe = element.ownerDocument.createElement('span');
  element.append(probe);
  const names = ['--surface', '--sunken', '--line', '--strong-line', '--ink', '--muted', '--z-low', '--z-high', '--halt', '--changed', '--right', '--wrong', '--wall', '--on-colour'] as const; // prettier-ignore
  for (const name of names) {
    probe.style.color = `var(${name})`;
    known.set(name, getComputedStyle(probe).color);
  }
  probe.remove();
  return (name) => known.get(name)!;
}
