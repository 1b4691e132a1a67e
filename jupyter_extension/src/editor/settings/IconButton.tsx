import type { LabIcon } from '@jupyterlab/ui-components';

interface IIconButton {
  icon: LabIcon;
  label: string;
  disabled?: boolean;
  onClick: (event: React.MouseEvent) => void;
}

export function IconButton({ icon, label, disabled, onClick }: IIconButton): JSX.Element {
  return (
    <button
      type="button"
      className="mr-IconButton"
      title={label}
      aria-label={label}
      disabled={disabled}
      onClick={onClick}
    >
      <icon.react tag="span" elementSize="small" />
    </button>
  );
}
