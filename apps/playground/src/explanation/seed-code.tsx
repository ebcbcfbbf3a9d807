import { useEffect, useRef } from 'preact/hooks';
import { parts, type PartName } from './parts';
import { codeLines, linesOf } from './seed-algorithm';

/** The code of the algorithm, with the lines of the current part marked. */
export function SeedCode({ current }: { current: PartName }) {
  const element = useRef<HTMLPreElement>(null);
  const marked = linesOf(current);
  const { words } = parts[current];
  useEffect(() => {
    const [pre, line] = [element.current, element.current?.querySelector<HTMLElement>('.marked')];
    // Scrolls the code only, never the page.
    if (pre && line) pre.scrollTop = line.offsetTop - pre.clientHeight / 2 + line.offsetHeight / 2;
  }, [current]);
  return (
    <pre ref={element} class="code" tabIndex={0} role="region" aria-label="Code of the algorithm">
      {codeLines.map((line, index) => (
        <code class={marked.includes(index) ? 'line marked' : 'line'} key={index}>
          {marked.includes(index) && words ? markWords(line, words) : withComment(line)}
        </code>
      ))}
    </pre>
  );
}

function markWords(line: string, words: string) {
  return line.split(words).flatMap((text, i) => (i === 0 ? [text] : [<mark key={i}>{words}</mark>, text]));
}

function withComment(line: string) {
  const start = line.indexOf('//');
  if (start < 0) return line || ' ';
  return [
    line.slice(0, start),
    <span class="comment" key="c">
      {line.slice(start)}
    </span>,
  ];
}
