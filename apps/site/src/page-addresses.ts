/** Where the sources are on GitHub. */
export const repository = 'https://github.com/hrm-ts/hrm';

/** Where the site is published. */
export const site = 'https://hrm-ts.github.io/hrm/';

/**
 * Pages that are not in docs/, by their file from the root of the repository. Links to README.md lead to the first page of
 * the site, which is docs/index.md.
 */
const otherPages: { readonly [file: string]: string } = {
  'README.md': 'index',
  'ARCHITECTURE.md': 'architecture',
  'CONTRIBUTING.md': 'contributing',
  'CODE_OF_CONDUCT.md': 'code-of-conduct',
  'RESULTS.md': 'results',
  'SECURITY.md': 'security',
  'apps/reference-trainer/README.md': 'hrm',
  'apps/laboratory/README.md': 'hrm-lab',
  'apps/create-hrm/README.md': 'create-hrm',
  'apps/playground/README.md': 'about-the-playground',
  'examples/README.md': 'examples',
};

/**
 * The page that a Markdown file becomes, such as `packages/layers.md` for `packages/layers/README.md`, or undefined if
 * it is no page of the site. Paths start at the root of the repository.
 *
 * @example
 * ```ts
 * pageOf('docs/guides/schedules.md'); // 'guides/schedules.md'
 * ```
 */
export function pageOf(file: string): string | undefined {
  if (otherPages[file]) return `${otherPages[file]}.md`;
  const page =
    /^docs\/(.+)$/.exec(file)?.[1] ??
    /^(packages\/[\w-]+)\/README\.md$/.exec(file)?.[1]?.concat('.md') ??
    /^(packages\/weights\/)files\/((?!NOTICE)[\w-]+\.md)$/.exec(file)?.slice(1).join('');
  return page?.endsWith('.md') ? page.replace(/(^|\/)README\.md$/, '$1index.md') : undefined;
}
