// Control characters but for line breaks and tabs, and those that turn the direction of what follows: in a name, a path or
// an error that quotes a file they could move the cursor, paint over lines, set a title or hide a part.
const UNSEEN = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** A text without the characters that a terminal obeys instead of showing: each is `\ufffd`. */
export const visibleText = (text: string): string => text.replace(UNSEEN, '\ufffd');

/** Likewise JSON, in which they can be escaped: it says the same. */
export const visibleJson = (value: object): string =>
  JSON.stringify(value).replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
