import { tex, type MarkdownItTexOptions } from '@mdit/plugin-tex';
import temml from 'temml';
import type { MarkdownRenderer } from 'vitepress';

/** Formulas between `$` or `$$`, in TeX, become MathML. Browsers draw it without fonts or scripts. */
export function formulas(md: MarkdownRenderer): void {
  const options: MarkdownItTexOptions = {
    render: (content, displayMode) => {
      const math = temml.renderToString(content, { displayMode, throwOnError: true });
      return displayMode ? `<div class="formula" tabindex="0" v-pre>${math}</div>` : `<span v-pre>${math}</span>`;
    },
  };
  // Its types are those of another release of markdown-it.
  tex(md as never, options);
}
