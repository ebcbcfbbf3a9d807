import { useEffect, useRef, useState } from 'preact/hooks';

/** The least milliseconds between two announcements. A screen reader needs that long to read one. */
const APART = 2500;

/** Says what the board shows, in a polite live region: the latest text, at most one every few seconds. */
export function Announcer({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  const saidAt = useRef(-Infinity);
  useEffect(() => {
    if (text === said) return undefined;
    const timer = setTimeout(
      () => {
        saidAt.current = performance.now();
        setSaid(text);
      },
      // Never at once: the texts of a moment are one.
      Math.max(150, saidAt.current + APART - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [text, said]);
  return (
    <p class="visually-hidden announcer" role="status">
      {said}
    </p>
  );
}
