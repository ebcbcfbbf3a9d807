/**
 * The anchor that GitHub gives to a heading. So a link to a heading works there and on the site.
 *
 * @example
 * ```ts
 * githubAnchor('`model.schedule`, and more'); // 'modelschedule-and-more'
 * ```
 */
export const githubAnchor = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
