import { signal } from '@preact/signals';

const isDark = signal(matchMedia('(prefers-color-scheme: dark)').matches);

/** Switches between light and dark. */
export function ThemeButton() {
  const toggle = () => {
    isDark.value = !isDark.value;
    document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light';
  };
  return (
    <button type="button" class="quiet" aria-pressed={isDark.value} onClick={toggle}>
      Dark
    </button>
  );
}
