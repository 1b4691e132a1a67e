/** What a frame may load: nothing from anywhere, so that looking at a value tells nobody. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:";

/** A page that a flow made, in a frame in which no script runs and no link leads away. */
export function HtmlFrame({ html, title }: { html: string; title: string }): JSX.Element {
  const page = `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}">${html}`;
  return <iframe className="mr-HtmlFrame" title={title} sandbox="" srcDoc={page} referrerPolicy="no-referrer" />;
}
