import type { TextareaHTMLAttributes } from 'react';

type IProps = TextareaHTMLAttributes<HTMLTextAreaElement> & { value: string };

/** A text field as high as its text, which wraps. */
export function GrowingText({ className, ...field }: IProps): JSX.Element {
  return (
    <div className={`mr-GrowingText ${className ?? ''}`} data-text={field.value || field.placeholder}>
      <textarea rows={1} {...field} />
    </div>
  );
}
