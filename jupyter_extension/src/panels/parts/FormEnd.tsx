import { Button } from '@jupyterlab/ui-components';

import { ProblemNote } from '../../parts/ProblemNote';
import { usePanel } from '../context';

interface IFormEndProps {
  /** What the button says that sends the form. */
  submit: string;
  disabled: boolean;
  error: unknown;
  cancel: () => void;
}

/** What was refused, and the buttons below a form. */
export function FormEnd({ submit, disabled, error, cancel }: IFormEndProps): JSX.Element {
  const { trans } = usePanel();
  return (
    <>
      <ProblemNote trans={trans} error={error} />
      <div className="mr-Buttons mr-PanelForm-end">
        <Button className="jp-mod-accept" type="submit" disabled={disabled}>
          {submit}
        </Button>
        <Button type="button" onClick={cancel}>
          {trans.__('Cancel')}
        </Button>
      </div>
    </>
  );
}
