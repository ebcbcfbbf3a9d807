/** A plugin of TypeDoc. Its own links to sources start at the package; these start at the repository. */
export function load(app) {
  app.renderer.on('endPage', (page) => {
    page.contents = page.contents?.replace(
      /\[(?:packages\/)?([\w-]+\/src\/[^\]]+):(\d+)\]\(source:[^)]*\)/g,
      '[$1:$2](https://github.com/hrm-ts/hrm/blob/main/packages/$1#L$2)',
    );
  });
}
