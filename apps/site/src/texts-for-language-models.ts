import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { guideSidebar } from './guide-sidebar';
import { site } from './page-addresses';
import { siteLink } from './relative-links';

/** A file of the built site, with its text. */
interface SiteFile {
  file: string;
  text: string;
}

/**
 * The site as plain Markdown for language models, in the form that llmstxt.org describes: `llms.txt` lists all pages but
 * the reference, `llms-full.txt` has their texts, and each page is also a file of its own.
 *
 * @param sources the source file of each page, from the root of the repository: `guides/layer.md` -> `docs/guides/layer.md`.
 */
export function textsForLanguageModels(root: string, sources: ReadonlyMap<string, string>): SiteFile[] {
  const groups = guideSidebar.map(({ text, items }) => ({
    title: text,
    pages: items.map(({ text: title, link }) => {
      const file = `${link.slice(1)}${link.endsWith('/') ? 'index' : ''}.md`;
      const source = sources.get(file);
      if (!source) throw new Error(`The sidebar names ${link}, and there is no page ${file}`);
      return { file, title, text: plainText(root, source) };
    }),
  }));
  const lists = groups.map(({ title, pages }) => {
    return `## ${title}\n\n${pages.map((page) => `- [${page.title}](${site}${page.file})`).join('\n')}\n`;
  });
  const introduction = `# HRM in TypeScript

> The Hierarchical Reasoning Model (HRM) and the Tiny Recursive Model (TRM) for TensorFlow.js: train them, run them in Node
> and in browsers, and change their parts. Packages (\`@hrm/layers\`, \`@hrm/recursion\`, \`@hrm/act\`, ...) and a command, \`hrm\`.
`;
  const pages = groups.flatMap(({ pages }) => pages);
  return [
    { file: 'llms.txt', text: [introduction, ...lists].join('\n') },
    {
      file: 'llms-full.txt',
      text: [introduction, ...pages.map(({ file, text }) => `<!-- ${site}${file} -->\n\n${text}`)].join('\n'),
    },
    ...pages.filter(({ file }) => file !== 'api/index.md'),
  ];
}

/** A page without front matter, with links that work from anywhere. */
function plainText(root: string, source: string): string {
  const text = readFileSync(join(root, source), 'utf8').replace(/^---\n[^]*?\n---\n/, '');
  return text
    .split(/(^```[^]*?^```$)/m)
    .map((part, i) =>
      i % 2 === 1 ? part : part.replace(/\]\(([^)\s]+)\)/g, (_, href: string) => `](${absolute(root, source, href)})`),
    )
    .join('');
}

function absolute(root: string, source: string, href: string): string {
  return siteLink(root, source, href).replace(/^\//, site);
}
