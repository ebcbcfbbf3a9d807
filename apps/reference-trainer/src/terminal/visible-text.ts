// Control characters other than line breaks and tabs, and characters that change the text direction. In a name, a path
// or an error that quotes a file, they could move the cursor, overwrite lines, set a title or hide text.
const UNSAFE = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Replaces each character that a terminal would obey by `\ufffd`. */
export const visibleText = (text: string): string => text.replace(UNSAFE, '\ufffd');

/** A drawing in which only text styles are left of what a terminal would obey. */
export const visibleDrawing = (drawing: string): string =>
  drawing
    .split(/(\u001b\[[\d;]*m)/)
    .map((part, index) => (index % 2 === 1 ? part : visibleText(part)))
    .join('');

/** JSON of a value, in which such characters are escaped. */
export const visibleJson = (value: object): string =>
  JSON.stringify(value).replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
