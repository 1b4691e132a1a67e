import { sizeText } from '../../model/measure';
import type { OutputShown } from '../../model/run';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';
import { HtmlFrame } from './HtmlFrame';
import { isPicture, PictureView } from './PictureView';
import { askBeginning, askContent, contentUrl, type IPlaceOfValue } from './place';

/** Larger pages and figures are not brought into the browser unasked. */
const MOST_BYTES = 20_000_000;
/** Bytes of a text. */
const MOST_TEXT = 1_000_000;

/** A text, page, figure or file: as far as it can be shown, and as a download. */
export function ContentView({ place, output }: { place: IPlaceOfValue; output: OutputShown }): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const shown = isShown(output) && (output.kind === 'text' || output.bytes <= MOST_BYTES);
  return (
    <div className="mr-ContentView">
      <div className="mr-DataBar">
        <span>
          {output.name || output.kind} · {sizeText(output.bytes)}
        </span>
        <span className="mr-DataBar-space" />
        <a className="mr-Button" href={contentUrl(editor, place)} download>
          {trans.__('Download')}
        </a>
      </div>
      {shown ? (
        <Shown place={place} output={output} />
      ) : (
        <p className="mr-Empty">
          {isShown(output)
            ? trans.__('This is too large to be shown here. Download it.')
            : trans.__('A file of this kind (%1) cannot be shown here. Download it.', output.format || output.kind)}
        </p>
      )}
    </div>
  );
}

function isShown({ kind, format }: OutputShown): boolean {
  return kind === 'text' || format === 'html' || isPicture(format);
}

function Shown({ place, output }: { place: IPlaceOfValue; output: OutputShown }): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const { value, error, reload } = useLoaded(async () => {
    if (isPicture(output.format)) {
      return askContent(editor, place);
    }
    return output.format === 'html' ? (await askContent(editor, place)).text() : askBeginning(editor, place, MOST_TEXT);
  }, [JSON.stringify(place)]);
  if (error) {
    return <ProblemNote trans={trans} error={error} retry={reload} />;
  }
  if (value === null) {
    return <p className="mr-Empty">{trans.__('Reading…')}</p>;
  }
  if (typeof value !== 'string') {
    return <PictureView blob={value} format={output.format} title={place.port} />;
  }
  if (output.format === 'html') {
    return <HtmlFrame html={value} title={place.port} />;
  }
  return (
    <pre className="mr-Text" tabIndex={0}>
      {value}
      {output.bytes > MOST_TEXT && `\n${trans.__('… The rest is in the download.')}`}
    </pre>
  );
}
