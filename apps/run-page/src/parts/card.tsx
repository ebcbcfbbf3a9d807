import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

/** A part of the page with a title. */
export function Card({
  title,
  note,
  size = 'half',
  children,
}: {
  title: string;
  /** What is shown, in a sentence or two. */
  note?: ComponentChildren;
  /** Its share of the page's width. Default half. */
  size?: 'third' | 'half' | 'whole';
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class={`card ${size}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {note && <p class="note">{note}</p>}
      {children}
    </section>
  );
}
