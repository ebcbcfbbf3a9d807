import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type MarkdownRenderer } from 'vitepress';
import { changelog } from '../src/changelog';
import { faultsOf } from '../src/check-site';
import { formulas } from '../src/formulas';
import { githubAnchor } from '../src/github-anchor';
import { guideSidebar } from '../src/guide-sidebar';
import { pageOf, repository } from '../src/page-addresses';
import { referenceSidebars } from '../src/reference-pages';
import { relativeLinks } from '../src/relative-links';
import { textsForLanguageModels } from '../src/texts-for-language-models';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** Where the site is on its host. GitHub Pages serves it under the name of the repository. */
const base = process.env['DOCS_BASE'] ?? '/hrm/';

const warnings: string[] = [];
const warn = (message: string) => void warnings.push(message);

export default defineConfig({
  title: 'HRM in TypeScript',
  description: 'The Hierarchical Reasoning Model for TensorFlow.js: train it, run it, and change its parts.',
  lang: 'en',
  base,
  srcDir: root,
  outDir: join(root, 'dist/site'),
  cacheDir: join(root, 'node_modules/.cache/vitepress'),
  srcExclude: [
    'README.md',
    'dist/**',
    'runs/**',
    'data/**',
    'soak/**',
    'apps/create-hrm/templates/**',
    '.*/**',
    '**/{src,test,testdata,held-out,samples,schema}/**',
    'packages/*/CHANGELOG.md',
    'packages/weights/files/NOTICE.md',
  ],
  rewrites: (file) => pageOf(file) ?? file,
  cleanUrls: true,
  // Otherwise every page contains the sidebars of all.
  metaChunk: true,
  markdown: {
    anchor: { slugify: githubAnchor },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
    config(md) {
      insertParts(md);
      relativeLinks(md, root);
      formulas(md);
    },
  },
  head: [['link', { rel: 'icon', href: `${base}icon.svg` }]],
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        // The index needs no colours in programs, which take most of the time.
        _render(source, env, md) {
          const { highlight } = md.options;
          md.options.highlight = null;
          const html = md.render(source, env);
          md.options.highlight = highlight;
          return env.frontmatter?.['search'] === false ? '' : html;
        },
      },
    },
    nav: [
      { text: 'Get started', link: '/get-started' },
      { text: 'What HRM is', link: '/what-hrm-is/' },
      { text: 'Guides', link: '/guides/schedule', activeMatch: '/guides/' },
      { text: 'Reference', link: '/api/' },
      { text: 'Playground', link: '/play/', target: '_self', rel: '' },
    ],
    sidebar: { ...referenceSidebars(join(root, 'docs/api')), '/': guideSidebar },
    outline: [2, 3],
    socialLinks: [{ icon: 'github', link: repository }],
    editLink: { pattern: `${repository}/edit/main/:path`, text: 'Edit this page' },
    footer: { message: 'Apache-2.0. HRM is by Sapient Intelligence, TRM by Samsung SAIL Montreal.' },
  },
  transformPageData: (page) =>
    page.relativePath.startsWith('api/') ? { frontmatter: { editLink: false, ...page.frontmatter } } : undefined,
  vite: {
    publicDir: fileURLToPath(new URL('../public', import.meta.url)),
    plugins: [
      {
        // Pages are all over the repository, and only this folder has Vue.
        name: 'vue-for-pages',
        enforce: 'pre',
        resolveId(id, importer) {
          return /^vue(\/|$)/.test(id) && importer?.endsWith('.md')
            ? this.resolve(id, import.meta.filename)
            : undefined;
        },
      },
    ],
    build: { chunkSizeWarningLimit: 10_000 },
    customLogger: {
      hasWarned: false,
      info: () => {},
      warn,
      warnOnce: warn,
      error: (message) => console.error(message),
      clearScreen: () => {},
      hasErrorLogged: () => false,
    },
  },
  buildEnd({ outDir, pages, rewrites }) {
    const sources = new Map(pages.map((file) => [rewrites.map[file] ?? file, file]));
    for (const { file, text } of textsForLanguageModels(root, sources)) {
      mkdirSync(dirname(join(outDir, file)), { recursive: true });
      writeFileSync(join(outDir, file), text);
    }
    const playground = join(root, 'apps/playground/dist');
    if (!existsSync(playground)) throw new Error('The playground is not built yet: `npm run build`');
    cpSync(playground, join(outDir, 'play'), { recursive: true });
    const faults = [...warnings, ...faultsOf(outDir, base)];
    if (faults.length > 0) throw new Error(`The site has ${faults.length} faults:\n${faults.join('\n')}`);
  },
});

/** Puts into pages what they only name in a comment: the changes, which have files of their own, and the playground. */
function insertParts(md: MarkdownRenderer): void {
  const playground = `<iframe class="playground" src="${base}play/" title="The playground" loading="lazy"></iframe>`;
  md.core.ruler.before('normalize', 'parts', (state) => {
    state.src = state.src.replace('<!-- changes -->', () => changelog(root)).replace('<!-- playground -->', playground);
  });
}
