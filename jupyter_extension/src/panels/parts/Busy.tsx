import { usePanel } from '../context';

/** Something is being loaded. */
export function Busy(): JSX.Element {
  const { trans } = usePanel();
  return (
    <p className="mr-Busy" role="status">
      {trans.__('Loading…')}
    </p>
  );
}
