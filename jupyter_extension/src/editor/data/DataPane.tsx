import { useEditor } from '../context';

export function DataPane(): JSX.Element {
  const { trans } = useEditor();
  return <p>{trans.__('Run the flow to see what its nodes make.')}</p>;
}
