import { useEffect, useState } from 'react';

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  svg: 'image/svg+xml',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp'
};

export function isPicture(format: string): boolean {
  return Object.hasOwn(TYPES, format);
}

/** A picture as an image: the scripts of an SVG do not run in one. */
export function PictureView({ blob, format, title }: { blob: Blob; format: string; title: string }): JSX.Element {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([blob], { type: TYPES[format] }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob, format]);
  return (
    <div className="mr-Picture" tabIndex={0} role="group" aria-label={title}>
      {url && <img src={url} alt={title} />}
    </div>
  );
}
