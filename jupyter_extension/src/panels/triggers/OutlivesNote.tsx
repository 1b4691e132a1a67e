import { useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';

/** Says first where triggers would not fire once JupyterLab is closed. */
export function OutlivesNote(): JSX.Element | null {
  const { lab, trans } = usePanel();
  const { value } = useLoaded(() => lab.service(), [lab]);
  if (!value || value.outlives) {
    return null;
  }
  return (
    <div className="mr-Note mr-mod-warn" role="note">
      <p>{trans.__('This trigger fires only while JupyterLab runs.')}</p>
      <p className="mr-Note-cure">{value.outlives_why}</p>
    </div>
  );
}
