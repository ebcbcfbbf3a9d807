import { signal } from '@preact/signals';
import { colourScheme } from '../board/painted-board';

const isDark = signal(matchMedia('(prefers-color-scheme: dark)').matches);

/** Switches between light and dark. */
export function ThemeButton() {
  const toggle = () => {
    isDark.value = !isDark.value;
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
    colourScheme.value++;
  };
  return (
    <button
      type="button"
      class="icon"
      aria-label="Dark mode"
      aria-pressed={isDark.value}
      title="Dark mode"
      onClick={toggle}
    >
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path
          d={
            isDark.value
              ? 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z'
              : 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 1v3M12 20v3M1 12h3M20 12h3M4.2 4.2l2.1 2.1M17.7 17.7l2.1 2.1M19.8 4.2l-2.1 2.1M6.3 17.7l-2.1 2.1'
          }
        />
      </svg>
    </button>
  );
}
