import { existsSync, statSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import type { MarkdownRenderer } from 'vitepress';
import { pageOf, repository } from './page-addresses';

/**
 * Makes the links of a page work on the site. They are written for GitHub, relative to the file: a link to a page leads to
 * that page of the site, and a link to any other file or folder to GitHub. Images are left alone.
 *
 * @throws Error for a link to something that does not exist.
 */
export function relativeLinks(md: MarkdownRenderer, root: string): void {
  md.core.ruler.push('relative-links', ({ tokens, env }) => {
    const { path, realPath = path } = env as { path?: string; realPath?: string };
    if (realPath === undefined) return; // a title, which VitePress renders by itself
    const source = relative(root, realPath).split(sep).join('/');
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === 'link_open' ? token.attrGet('href') : null;
      if (href) token.attrSet('href', siteLink(root, source, href));
    }
  });
}

/** A link in the file `source`, as the site needs it. Paths start at the root of the repository. */
export function siteLink(root: string, source: string, href: string): string {
  if (/^([a-z][\w+.-]*:|#|\/)/.test(href)) return href;
  const [, path, hash = ''] = /^([^#]*)(#.*)?$/.exec(href)!;
  const target = posix.join(posix.dirname(source), decodeURI(path!)).replace(/\/$/, '');
  if (!existsSync(join(root, target))) throw new Error(`${source}: the link ${href} leads to no file`);
  const isFolder = statSync(join(root, target)).isDirectory();
  const page = pageOf(isFolder ? `${target}/README.md` : target);
  if (page && existsSync(join(root, isFolder ? `${target}/README.md` : target))) return `/${page}${hash}`;
  return `${repository}/${isFolder ? 'tree' : 'blob'}/main/${target}${hash}`;
}
