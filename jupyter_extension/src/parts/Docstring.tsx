import type { ReactNode } from 'react';

/** A component's documentation, as its docstring has it. */
export function Docstring({ paragraphs }: { paragraphs: readonly string[] }): JSX.Element {
  return (
    <>
      {paragraphs.map((text, at) => (
        <p key={at} className="mr-Docstring">
          {marked(text)}
        </p>
      ))}
    </>
  );
}

/** Lines that the source broke belong together; items of lists keep their own. */
export function paragraphsOf(docstring: string): string[] {
  return docstring
    .split(/\n\s*\n/)
    .map(text => text.replace(/\s*\n\s*(?![-*] )/g, ' ').trim())
    .filter(Boolean);
}

/** `names` and *titles* stand out. */
function marked(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*[^*\s][^*\n]*\*)/).map((part, index) => {
    const inner = part.slice(1, -1);
    return index % 2 === 0 ? (
      part
    ) : part.startsWith('`') ? (
      <code key={index}>{inner}</code>
    ) : (
      <em key={index}>{inner}</em>
    );
  });
}
