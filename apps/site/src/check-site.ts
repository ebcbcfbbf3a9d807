import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

/**
 * What is wrong with a built site: links to pages, anchors or files that it does not have, and anything that a page
 * would load from elsewhere.
 *
 * @param folder the built site.
 * @param base the path under which it is served, such as `/hrm/`.
 * @returns one sentence for each fault. Empty if all is well.
 */
export function faultsOf(folder: string, base: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.split(sep).join('/'));
  const existing = new Set(files);
  // The playground is an app of its own, with tests of its own.
  const pages = files.filter((file) => file.endsWith('.html') && !file.startsWith('play/'));
  const anchors = new Map(pages.map((page) => [page, anchorsOf(readFileSync(join(folder, page), 'utf8'))]));
  const faults = pages.flatMap((page) => {
    const html = readFileSync(join(folder, page), 'utf8');
    const loaded = (html.match(/<(script|img|iframe|link)\b[^>]*>/g) ?? []).filter(loadsFromElsewhere);
    const broken = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)]
      .map(([, href]) => href!.replaceAll('&amp;', '&'))
      .filter((href) => !leadsSomewhere(page, href));
    return [
      ...loaded.map((tag) => `${page}: loads from elsewhere: ${tag}`),
      ...[...new Set(broken)].map((href) => `${page}: the link ${href} leads nowhere`),
    ];
  });
  const styles = files.filter((file) => file.endsWith('.css') && !file.startsWith('play/'));
  const foreign = styles.filter((file) =>
    /(url\(|@import)\s*["']?(https?:)?\/\//.test(readFileSync(join(folder, file), 'utf8')),
  );
  return [...faults, ...foreign.map((file) => `${file}: loads from elsewhere`)];

  function leadsSomewhere(page: string, href: string): boolean {
    if (/^[a-z][\w+.-]*:/.test(href)) return true;
    const [, path, hash = ''] = /^([^#?]*)(?:\?[^#]*)?(?:#(.*))?$/.exec(href)!;
    if (path!.startsWith('/') && !path!.startsWith(base)) return false;
    const target = decodeURI(
      path === '' ? page : path!.startsWith('/') ? path!.slice(base.length) : posix.join(posix.dirname(page), path!),
    );
    const file = target === '' || target === './' || target.endsWith('/') ? posix.join(target, 'index.html') : target;
    const found = [file, `${file}.html`].find((name) => existing.has(name) && /\.\w+$/.test(name));
    return (
      found !== undefined &&
      (hash === '' || anchors.get(found) === undefined || anchors.get(found)!.has(decodeURIComponent(hash)))
    );
  }
}

function anchorsOf(html: string): Set<string> {
  return new Set(Array.from(html.matchAll(/ id="([^"]*)"/g), ([, id]) => id!));
}

function loadsFromElsewhere(tag: string): boolean {
  const isOnlyNamed = tag.startsWith('<link') && !/ rel="[^"]*(stylesheet|icon|load|fetch)[^"]*"/.test(tag);
  return !isOnlyNamed && / (src|href)="(https?:)?\/\//.test(tag);
}
