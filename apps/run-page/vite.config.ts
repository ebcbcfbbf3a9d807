import { createHash } from 'node:crypto';
import { defineConfig, type Plugin } from 'vite';
import { bundledLicences } from '../../scripts/third-party-licences';

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page runs only its own script and style, and loads nothing. */
const policyOf = (script: string, style: string) =>
  [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const licences = bundledLicences();

/** Puts script, style and licences into the page, so that it is one file, and allows only these two by its policy. */
const oneFile: Plugin = {
  name: 'one-file',
  apply: 'build',
  enforce: 'post',
  generateBundle(_, bundle) {
    const files = Object.values(bundle);
    const textOf = (ending: string) =>
      files
        .filter(({ fileName }) => fileName.endsWith(ending))
        .map((file) => (file.type === 'chunk' ? file.code : String(file.source)))
        .join('\n');
    const script = textOf('.js').trim().replaceAll('</script', '<\\/script');
    const style = textOf('.css').trim();
    const page = files.find(({ fileName }) => fileName === 'index.html');
    if (page?.type !== 'asset') throw new Error('index.html is missing from the bundle');
    const policy = `<meta http-equiv="Content-Security-Policy" content="${policyOf(script, style)}" />`;
    page.source = String(page.source)
      .replace(/\s*<(script type="module"|link rel="stylesheet")[^>]*>(<\/script>)?/g, '')
      .replace('<meta charset="utf-8" />', (charset) => `${charset}\n    ${policy}`)
      .replace('</head>', () => `<style>${style}</style>\n  </head>`)
      .replace('</html>', () => `</html>\n<!--\n${licences.text().replaceAll('--', '- -')}-->`)
      .replace('</body>', () => `  <script type="module">${script}</script>\n  </body>`);
    for (const { fileName } of files) if (fileName !== 'index.html') delete bundle[fileName];
  },
};

export default defineConfig({
  plugins: [licences.collect, oneFile],
  build: { target: 'es2022', cssCodeSplit: false, modulePreload: { polyfill: false } },
});
