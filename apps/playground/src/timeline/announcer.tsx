import { useEffect, useRef, useState } from 'preact/hooks';

/** The least milliseconds between two announcements. A screen reader needs that long to read one. */
const APART = 2500;

/** Announces what the board shows to screen readers: the latest text, at most one every few seconds. */
export function Announcer({ text }: { text: string }) {
  const [announced, setAnnounced] = useState('');
  const announcedAt = useRef(-Infinity);
  useEffect(() => {
    if (text === announced) return undefined;
    const timer = setTimeout(
      () => {
        announcedAt.current = performance.now();
        setAnnounced(text);
      },
      // Not at once, because several texts of one moment are one announcement.
      Math.max(150, announcedAt.current + APART - performance.now()),
    );
    return () => clearTimeout(timer);
  }, [text, announced]);
  return (
    <p class="visually-hidden announcer" role="status">
      {announced}
    </p>
  );
}
