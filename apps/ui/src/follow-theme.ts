/** Calls a function whenever the page turns light or dark. @returns a function that ends this. */
export function followTheme(onChange: () => void): () => void {
  const ofSystem = matchMedia('(prefers-color-scheme: dark)');
  ofSystem.addEventListener('change', onChange);
  const ofPage = new MutationObserver(onChange);
  ofPage.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    ofSystem.removeEventListener('change', onChange);
    ofPage.disconnect();
  };
}
