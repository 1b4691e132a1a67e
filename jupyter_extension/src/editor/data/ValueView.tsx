import { sizeText } from '../../model/measure';
import type { OutputShown } from '../../model/run';
import { useEditor } from '../context';
import { ContentView } from './ContentView';
import { JsonTree } from './JsonTree';
import { contentUrl, type IPlaceOfValue } from './place';
import { TableView } from './TableView';

/** A value at a port, in the way of its kind. */
export function ValueView({ place, output }: { place: IPlaceOfValue; output: OutputShown }): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const key = `${place.run} ${place.step} ${place.port} ${output.hash}`;
  if (!output.hash) {
    return <p className="mr-Empty">{trans.__('Reading…')}</p>;
  }
  if (output.kind === 'table') {
    return <TableView key={key} place={place} rows={output.rows} />;
  }
  if (output.kind === 'json') {
    return (
      <div className="mr-ContentView" key={key}>
        <div className="mr-DataBar">
          <span>json · {sizeText(output.bytes)}</span>
          <span className="mr-DataBar-space" />
          <a className="mr-Button" href={contentUrl(editor, place)} download>
            {trans.__('Download')}
          </a>
        </div>
        <JsonTree place={place} />
      </div>
    );
  }
  return <ContentView key={key} place={place} output={output} />;
}
